# SPDX-License-Identifier: Apache-2.0
# tools/cli: command lines that look the same in every program.
crbrt_add_test(command_line_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/cli/command_line_test.cpp ${CMAKE_CURRENT_LIST_DIR}/cli/definition_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/cli/job_array_test.cpp
  LIBRARIES crbrt::cli GTest::gmock)
