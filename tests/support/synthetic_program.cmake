# SPDX-License-Identifier: Apache-2.0
# crbrt_synthetic_program: random programs, shared by the tests and the benchmarks of the runtime.
if(NOT TARGET crbrt_synthetic_program)
  crbrt_add_library(crbrt_synthetic_program
    SOURCES ${PROJECT_SOURCE_DIR}/tests/support/synthetic_program.cpp
    PUBLIC crbrt::format)
  target_compile_options(crbrt_synthetic_program PRIVATE -ffp-contract=off)
endif()
