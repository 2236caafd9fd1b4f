# SPDX-License-Identifier: Apache-2.0
# Tests of the bases that are made from a prior, and of the choice of their rank.
crbrt_add_test(subspace_test
  SOURCES subspace/lost_information_test.cpp subspace/prior_basis_test.cpp subspace/rank_search_test.cpp
  LIBRARIES crbrt::subspace)
