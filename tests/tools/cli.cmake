# tools/cli: what all programs share.
crbrt_add_test(cli_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/cli/atomic_output_test.cpp ${CMAKE_CURRENT_LIST_DIR}/cli/command_line_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/cli/json_reader_test.cpp ${CMAKE_CURRENT_LIST_DIR}/cli/progress_test.cpp
  LIBRARIES crbrt::cli crbrt::cli_json)
