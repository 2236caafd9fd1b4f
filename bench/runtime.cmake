# SPDX-License-Identifier: Apache-2.0
# Benchmarks of the runtime: kernels one by one, and whole voxels. Both measure the machine's multiply-add peak as they go.
include(crbrt_kernels)
include(${PROJECT_SOURCE_DIR}/tests/support/synthetic_program.cmake)

crbrt_add_library(crbrt_fma_peak SOURCES peak.cpp PUBLIC crbrt::runtime)
target_compile_options(crbrt_fma_peak PRIVATE ${crbrt_runtime_flags})
foreach(isa IN LISTS crbrt_isas)
  set(loops crbrt_peak_loops_${isa})
  crbrt_isa_objects(${loops} ${isa} fma_peak_loop.cpp integer_peak_loop.cpp)
  crbrt_private_target(${loops})
  target_compile_definitions(${loops} PRIVATE CRBRT_PEAK_${isa})
  target_sources(crbrt_fma_peak PRIVATE $<TARGET_OBJECTS:${loops}>)
endforeach()

foreach(name IN ITEMS kernel_bench voxel_bench)
  crbrt_add_program(${name} SOURCES ${name}.cpp PRIVATE crbrt_fma_peak crbrt_synthetic_program benchmark::benchmark_main)
endforeach()
# What one call takes, call by call; where POSIX threads paint a stack.
crbrt_add_program(crbrt-latency SOURCES latency_bench.cpp PRIVATE crbrt_fma_peak crbrt::loader crbrt::base crbrt::cli)
