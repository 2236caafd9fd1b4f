# SPDX-License-Identifier: Apache-2.0
# crbrt-bids: a cohort with bad subjects, a second start, interruption, Slurm, the validator.
crbrt_add_test(bids_e2e_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/bids_test.cpp ${CMAKE_CURRENT_LIST_DIR}/bids_ownership_test.cpp ${CMAKE_CURRENT_LIST_DIR}/bids_runs_test.cpp
  LIBRARIES crbrt_test_images crbrt_test_models crbrt::base crbrt::volume)
add_dependencies(bids_e2e_test crbrt-bids crbrt-map crbrt-phantom)
