# SPDX-License-Identifier: Apache-2.0
# crbrt::physics: Eigen and libmd (SHA-256) only. The propagation kernel is compiled once per ISA.
find_package(Eigen3 REQUIRED NO_MODULE)
find_library(CRBRT_MD_LIBRARY md REQUIRED)

# One source file for each instruction set and precision: kernels, in double the backward sweeps, too.
set(kernel_sources)
function(crbrt_physics_kernel isa isa_text options)
  foreach(precision_and_real IN ITEMS double=double single=float)
    string(REPLACE "=" ";" pair ${precision_and_real})
    list(GET pair 0 precision)
    list(GET pair 1 real)
    configure_file(kernel.cpp.in ${CMAKE_CURRENT_BINARY_DIR}/kernel_${isa}_${precision}.cpp @ONLY)
    list(APPEND sources ${CMAKE_CURRENT_BINARY_DIR}/kernel_${isa}_${precision}.cpp)
  endforeach()
  configure_file(adjoint.cpp.in ${CMAKE_CURRENT_BINARY_DIR}/adjoint_${isa}.cpp @ONLY)
  list(APPEND sources ${CMAKE_CURRENT_BINARY_DIR}/adjoint_${isa}.cpp)
  # Vectors wider than the baseline's registers are split by the compiler; the ABI note about passing them is moot, since
  # every function that takes one is inlined into this unit.
  set_source_files_properties(${sources} PROPERTIES COMPILE_OPTIONS "${options};-Wno-psabi" SKIP_PRECOMPILE_HEADERS ON)
  set(kernel_sources ${kernel_sources} ${sources} PARENT_SCOPE)
endfunction()
crbrt_physics_kernel(baseline "every machine" "")
set(has_avx2 OFF)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(has_avx2 ON)
  crbrt_physics_kernel(avx2 "AVX2 and FMA" "-mavx2;-mfma")
endif()

crbrt_add_library(crbrt_physics SOURCES
  basis.cpp
  basis_builder.cpp
  counter_random.cpp
  crb.cpp
  cycle_work.cpp
  design/adjoint.cpp
  estimand.cpp
  ${kernel_sources}
  prior.cpp
  quantity.cpp
  r2sl.cpp
  semisolid.cpp
  sequence.cpp
  series_plan.cpp
  simulator.cpp
  tissue.cpp
  unknowns.cpp
  PUBLIC Eigen3::Eigen
  PRIVATE ${CRBRT_MD_LIBRARY})
crbrt_precompile(crbrt_physics eigen)

if(has_avx2)
  target_compile_definitions(crbrt_physics PRIVATE CRBRT_PHYSICS_AVX2=1)
endif()
