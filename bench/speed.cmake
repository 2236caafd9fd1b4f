# SPDX-License-Identifier: Apache-2.0
# crbrt-bench, and one program for each engine that it compares: ours, and every library that is installed. A library that is
# absent is a line of "skipped" in the output, not an error.
if(NOT TARGET crbrt_test_models)
  include(${PROJECT_SOURCE_DIR}/tests/support/models.cmake)
endif()
# Off unless asked for, because one file with its headers takes half a minute and a gigabyte: the preset "bench" asks.
option(CRBRT_BENCH_LIBTORCH "LibTorch as a peer of crbrt-bench" OFF)

crbrt_add_program(crbrt-bench SOURCES
  peers/task.cpp
  speed/child_process.cpp
  speed/engines.cpp
  speed/few_voxels.cpp
  speed/goals.cpp
  speed/instructions.cpp
  speed/json_report.cpp
  speed/main.cpp
  speed/markdown_report.cpp
  speed/measure.cpp
  speed/networks.cpp
  speed/summary.cpp
  PRIVATE crbrt_fma_peak crbrt_model_tool crbrt_test_models crbrt::base crbrt::cli)
# ONNX Runtime comes from npm: scripts/bench.sh installs it there.
target_compile_definitions(crbrt-bench PRIVATE CRBRT_ONNX_PEER_FOLDER="${PROJECT_SOURCE_DIR}/build/onnx-peer")

crbrt_add_library(crbrt_bench_peer
  SOURCES peers/layerwise.cpp peers/peer_main.cpp peers/task.cpp
  PUBLIC crbrt::cli crbrt::loader
  PRIVATE crbrt::base)
set(bench_flags -O3)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  list(APPEND bench_flags -mavx2 -mfma)
endif()
# The plain loops around matrix libraries get what their author would have given them.
set_source_files_properties(peers/layerwise.cpp PROPERTIES COMPILE_OPTIONS "${bench_flags};-ffast-math")

# Everything that scripts/bench.sh starts.
add_custom_target(crbrt-bench-all DEPENDS crbrt-bench)

# crbrt_add_peer(NAME SOURCES... LIBRARIES...): crbrt-bench-NAME.
function(crbrt_add_peer name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  crbrt_add_program(crbrt-bench-${name} SOURCES ${arg_SOURCES} PRIVATE crbrt_bench_peer ${arg_LIBRARIES})
  add_dependencies(crbrt-bench-all crbrt-bench-${name})
endfunction()

crbrt_add_peer(own SOURCES peers/own.cpp LIBRARIES crbrt::loader crbrt::runtime)

find_package(Eigen3 REQUIRED)
crbrt_add_peer(eigen SOURCES peers/eigen.cpp LIBRARIES Eigen3::Eigen)
target_compile_options(crbrt-bench-eigen PRIVATE ${bench_flags})

# crbrt_add_library_peer(NAME HEADER LIBRARY SOURCES...): where header and library are found. By name, because Debian's package
# files of oneDNN ask for OpenCL, which nothing here needs. The folders differ where a library has several variants.
function(crbrt_add_library_peer name header library)
  string(TOUPPER ${name} upper)
  find_path(CRBRT_${upper}_INCLUDE_DIR ${header} PATH_SUFFIXES openblas-pthread openblas)
  find_library(CRBRT_${upper}_LIBRARY ${library})
  set(found OFF)
  if(CRBRT_${upper}_INCLUDE_DIR AND CRBRT_${upper}_LIBRARY)
    set(found ON)
  endif()
  option(CRBRT_BENCH_${upper} "${name} as a peer of crbrt-bench" ${found})
  if(CRBRT_BENCH_${upper})
    crbrt_add_peer(${name} SOURCES ${ARGN} LIBRARIES ${CRBRT_${upper}_LIBRARY})
    target_include_directories(crbrt-bench-${name} SYSTEM PRIVATE ${CRBRT_${upper}_INCLUDE_DIR})
  endif()
endfunction()

crbrt_add_library_peer(onednn dnnl.hpp dnnl peers/onednn.cpp peers/onednn_i8.cpp)
crbrt_add_library_peer(xnnpack xnnpack.h XNNPACK peers/xnnpack.cpp)
if(CRBRT_BENCH_XNNPACK)
  find_library(CRBRT_CPUINFO_LIBRARY cpuinfo REQUIRED)
  target_link_libraries(crbrt-bench-xnnpack PRIVATE ${CRBRT_CPUINFO_LIBRARY})
endif()
crbrt_add_library_peer(openblas openblas_config.h openblas peers/openblas.cpp)

if(CRBRT_BENCH_LIBTORCH)
  find_package(Torch REQUIRED)
  crbrt_add_peer(libtorch SOURCES peers/libtorch.cpp LIBRARIES ${TORCH_LIBRARIES})
endif()

if(CRBRT_TESTS AND (CRBRT_TEST_FOLDERS STREQUAL "all" OR "bench" IN_LIST CRBRT_TEST_FOLDERS))
  add_subdirectory(${PROJECT_SOURCE_DIR}/tests/bench ${PROJECT_BINARY_DIR}/tests/bench)
endif()
