# SPDX-License-Identifier: Apache-2.0
# The engine of crbrt-make with made-up steps, and its plans. Part of the trainer build, as the program is.
if(TARGET crbrt_chain)
  find_package(HDF5 REQUIRED COMPONENTS C)
  crbrt_add_test(make_test
    SOURCES make/engine_test.cpp make/outputs_test.cpp make/plan_test.cpp make/schedule_test.cpp make/verdict_test.cpp
    LIBRARIES crbrt::chain crbrt::physics_io hdf5::hdf5)
endif()
