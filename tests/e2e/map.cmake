# crbrt-map: its maps, and what it says about bad input.
crbrt_add_test(map_e2e_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/map_bad_input_test.cpp ${CMAKE_CURRENT_LIST_DIR}/map_test.cpp
  LIBRARIES crbrt_test_images crbrt_test_models crbrt::cli_json)
add_dependencies(map_e2e_test crbrt-map)
