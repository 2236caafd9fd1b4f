# crbrt::physics: Eigen and libmd (SHA-256) only. The propagation kernel is compiled once per ISA.
find_package(Eigen3 REQUIRED NO_MODULE)
find_library(CRBRT_MD_LIBRARY md REQUIRED)

set(isa baseline)
set(isa_text "every machine")
configure_file(kernel.cpp.in ${CMAKE_CURRENT_BINARY_DIR}/kernel_baseline.cpp @ONLY)

crbrt_add_library(crbrt_physics SOURCES
  basis.cpp
  basis_builder.cpp
  counter_random.cpp
  crb.cpp
  cycle_work.cpp
  design/adjoint.cpp
  estimand.cpp
  ${CMAKE_CURRENT_BINARY_DIR}/kernel_baseline.cpp
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

# Vectors wider than the baseline's registers are split by the compiler; the ABI note about passing them is moot, since
# every function that takes one is inlined into this unit.
set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/kernel_baseline.cpp PROPERTIES COMPILE_OPTIONS "-Wno-psabi")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(isa avx2)
  set(isa_text "AVX2 and FMA")
  configure_file(kernel.cpp.in ${CMAKE_CURRENT_BINARY_DIR}/kernel_avx2.cpp @ONLY)
  target_sources(crbrt_physics PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/kernel_avx2.cpp)
  set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/kernel_avx2.cpp PROPERTIES
    COMPILE_OPTIONS "-mavx2;-mfma;-Wno-psabi" SKIP_PRECOMPILE_HEADERS ON)
  target_compile_definitions(crbrt_physics PRIVATE CRBRT_PHYSICS_AVX2=1)
endif()
