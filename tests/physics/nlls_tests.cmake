# SPDX-License-Identifier: Apache-2.0
# The gold-standard fit against the simulator, central differences and the Cramér-Rao bound.
crbrt_add_test(nlls_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/nlls_again_test.cpp ${CMAKE_CURRENT_LIST_DIR}/nlls_expect_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/nlls_residual_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/nlls_fit_test.cpp ${CMAKE_CURRENT_LIST_DIR}/nlls_starts_test.cpp
  LIBRARIES crbrt::physics_nlls)
