# Tests of the bases that are made from a prior.
crbrt_add_test(subspace_test SOURCES subspace/prior_basis_test.cpp LIBRARIES crbrt::subspace)
