# SPDX-License-Identifier: Apache-2.0
# crbrt-simulator-bench: milliseconds per fingerprint.
crbrt_add_program(crbrt-simulator-bench SOURCES simulator_bench.cpp PRIVATE crbrt::physics_io benchmark::benchmark_main)
target_compile_definitions(crbrt-simulator-bench PRIVATE CRBRT_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
