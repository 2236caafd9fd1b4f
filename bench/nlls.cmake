# SPDX-License-Identifier: Apache-2.0
# The gold-standard fit: voxels per second, alone and in lock-step.
crbrt_add_program(crbrt-nlls-bench
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/nlls_bench.cpp
  PRIVATE crbrt::physics_nlls crbrt::physics_io benchmark::benchmark_main)
target_compile_definitions(crbrt-nlls-bench PRIVATE CRBRT_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
