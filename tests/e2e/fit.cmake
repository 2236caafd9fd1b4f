# SPDX-License-Identifier: Apache-2.0
# crbrt-fit: its maps, and what it says about bad input.
crbrt_add_test(fit_e2e_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/fit_bad_input_test.cpp ${CMAKE_CURRENT_LIST_DIR}/fit_map_pairs_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/fit_neighbours_test.cpp ${CMAKE_CURRENT_LIST_DIR}/fit_test.cpp
  LIBRARIES crbrt_test_images crbrt_test_models crbrt::physics_nlls crbrt::base)
add_dependencies(fit_e2e_test crbrt-compare crbrt-fit crbrt-map)
# crbrt-map --refine on the same voxels.
crbrt_add_test(refine_e2e_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/refine_test.cpp
  LIBRARIES crbrt_test_images crbrt_test_models crbrt::mapping crbrt::physics_nlls crbrt::loader crbrt::base)
add_dependencies(refine_e2e_test crbrt-fit crbrt-map)
