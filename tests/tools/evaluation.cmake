# SPDX-License-Identifier: Apache-2.0
# Tests of the library that measures models against the bound.
crbrt_add_test(evaluation_test
  SOURCES evaluation/atypicality_test.cpp evaluation/basis_loss_test.cpp evaluation/distribution_test.cpp
          evaluation/error_split_test.cpp
          evaluation/evaluate_test.cpp evaluation/floor_test.cpp evaluation/grid_test.cpp evaluation/posterior_test.cpp
          evaluation/roc_test.cpp
  LIBRARIES crbrt::evaluation)
