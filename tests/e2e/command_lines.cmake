# SPDX-License-Identifier: Apache-2.0
# What every program answers to --help, --version and --generate.
set(programs crbrt-map crbrt-bids crbrt-fit crbrt-compare crbrt-simulate crbrt-eval crbrt-report crbrt-model crbrt-phantom crbrt-design crbrt-codegen)
if(TARGET crbrt-mrd)
  list(APPEND programs crbrt-mrd)
endif()
if(TARGET crbrt-train)
  list(APPEND programs crbrt-train crbrt-make)
endif()
crbrt_add_test(command_lines_e2e_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/command_lines_test.cpp)
string(JOIN " " names ${programs})
target_compile_definitions(command_lines_e2e_test PRIVATE CRBRT_PROGRAM_NAMES="${names}")
add_dependencies(command_lines_e2e_test ${programs})
