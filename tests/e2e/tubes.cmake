# SPDX-License-Identifier: Apache-2.0
# The tubes of crbrt-phantom, mapped and fitted.
crbrt_add_test(tubes_e2e_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/map_tubes_test.cpp
  LIBRARIES crbrt_test_images crbrt_test_models crbrt::phantom crbrt::physics_io crbrt::base)
add_dependencies(tubes_e2e_test crbrt-fit crbrt-map crbrt-phantom)
