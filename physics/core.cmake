# crbrt::physics: Eigen and libmd (SHA-256) only. The propagation kernel is compiled once per ISA.
find_package(Eigen3 REQUIRED NO_MODULE)
find_library(CRBRT_MD_LIBRARY md REQUIRED)

crbrt_add_library(crbrt_physics SOURCES
  basis.cpp
  chebyshev2d.cpp
  crb.cpp
  cycle_runner.cpp
  cycle_work.cpp
  design/adjoint.cpp
  design/bound_cost.cpp
  estimand.cpp
  kernel_baseline.cpp
  normal_block.cpp
  prior.cpp
  quantity.cpp
  r2sl.cpp
  semisolid.cpp
  sequence.cpp
  sha256.cpp
  simulator.cpp
  tissue.cpp
  PUBLIC Eigen3::Eigen
  PRIVATE ${CRBRT_MD_LIBRARY})
crbrt_precompile(crbrt_physics eigen)

# Vectors wider than the baseline's registers are split by the compiler; the ABI note about passing them is moot, since
# every function that takes one is inlined into this unit.
set_source_files_properties(kernel_baseline.cpp PROPERTIES COMPILE_OPTIONS "-Wno-psabi")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_sources(crbrt_physics PRIVATE kernel_avx2.cpp)
  set_source_files_properties(kernel_avx2.cpp PROPERTIES
    COMPILE_OPTIONS "-mavx2;-mfma;-Wno-psabi" SKIP_PRECOMPILE_HEADERS ON)
  target_compile_definitions(crbrt_physics PRIVATE CRBRT_PHYSICS_AVX2=1)
endif()
