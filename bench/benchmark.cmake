# SPDX-License-Identifier: Apache-2.0
# crbrt-benchmark: every way to estimate, side by side. Dictionaries are matched by OpenBLAS where it is installed.
find_path(CRBRT_OPENBLAS_INCLUDE_DIR openblas_config.h PATH_SUFFIXES openblas-pthread openblas)
find_library(CRBRT_OPENBLAS_LIBRARY openblas)

crbrt_add_library(crbrt_dictionary SOURCES dictionary.cpp PUBLIC crbrt::physics PRIVATE crbrt::physics_nlls)
if(CRBRT_OPENBLAS_INCLUDE_DIR AND CRBRT_OPENBLAS_LIBRARY)
  target_compile_definitions(crbrt_dictionary PRIVATE CRBRT_HAS_OPENBLAS)
  target_include_directories(crbrt_dictionary SYSTEM PRIVATE ${CRBRT_OPENBLAS_INCLUDE_DIR})
  target_link_libraries(crbrt_dictionary PRIVATE ${CRBRT_OPENBLAS_LIBRARY})
endif()

crbrt_add_library(crbrt_benchmark
  SOURCES benchmark/accuracy.cpp benchmark/brain_accuracy.cpp benchmark/chart.cpp benchmark/comparison.cpp
          benchmark/dictionary_study.cpp benchmark/estimator.cpp benchmark/figures.cpp benchmark/image_sections.cpp
          benchmark/image_voxels.cpp benchmark/in_vivo.cpp benchmark/measure.cpp benchmark/page.cpp benchmark/problem.cpp
          benchmark/scaling.cpp
  PUBLIC crbrt::dictionary crbrt::evaluation crbrt::loader crbrt::runtime crbrt::physics_io crbrt::physics_nlls crbrt::volume
         crbrt::base
  PRIVATE crbrt_fma_peak crbrt::learned crbrt::phantom crbrt::cli)
crbrt_precompile(crbrt_benchmark eigen)

crbrt_add_program(crbrt-benchmark SOURCES benchmark/main.cpp PRIVATE crbrt::benchmark crbrt::cli crbrt::base)
