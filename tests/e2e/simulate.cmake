# SPDX-License-Identifier: Apache-2.0
# crbrt-simulate against the reference, its training sets, and what it says about bad input.
find_package(HDF5 REQUIRED COMPONENTS C)

crbrt_add_test(simulate_e2e_test
  SOURCES simulate_bad_input_test.cpp simulate_from_bad_input_test.cpp simulate_from_share_test.cpp simulate_from_test.cpp simulate_list_test.cpp simulate_reference_test.cpp simulate_training_set_test.cpp
  LIBRARIES crbrt_test_models crbrt::volume crbrt::physics_io crbrt::base hdf5::hdf5)
add_dependencies(simulate_e2e_test crbrt-codegen crbrt-eval crbrt-map crbrt-simulate)
