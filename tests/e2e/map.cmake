# SPDX-License-Identifier: Apache-2.0
# crbrt-map: its maps, what it says about bad input; crbrt-compare on such maps.
crbrt_add_test(map_e2e_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/map_bad_input_test.cpp ${CMAKE_CURRENT_LIST_DIR}/map_details_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/map_geometry_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/map_integer_test.cpp ${CMAKE_CURRENT_LIST_DIR}/map_m0_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/map_outputs_test.cpp ${CMAKE_CURRENT_LIST_DIR}/map_report_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/map_test.cpp
  LIBRARIES crbrt_test_images crbrt_test_models crbrt::base crbrt::volume)
add_dependencies(map_e2e_test crbrt-codegen crbrt-compare crbrt-map)
crbrt_add_test(compare_e2e_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/compare_test.cpp
  LIBRARIES crbrt_test_images crbrt_test_models crbrt::base crbrt::volume)
add_dependencies(compare_e2e_test crbrt-compare crbrt-map)
# Runs that are killed: a program of its own, because it preloads a library into crbrt-map.
add_library(crbrt_kill_point MODULE ${CMAKE_CURRENT_LIST_DIR}/kill_point.cpp)
target_link_libraries(crbrt_kill_point PRIVATE ${CMAKE_DL_LIBS})
crbrt_add_test(killed_runs_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/killed_runs_test.cpp
  LIBRARIES crbrt_test_images crbrt_test_models crbrt::base crbrt::volume LABELS release_only)
target_compile_definitions(killed_runs_test PRIVATE CRBRT_KILL_POINT="$<TARGET_FILE:crbrt_kill_point>")
add_dependencies(killed_runs_test crbrt-map crbrt_kill_point)
