# SPDX-License-Identifier: Apache-2.0
# crbrt-make from a tiny pulse train, or a dictionary, to models: all files, resumption, what is done again.
if(TARGET crbrt-make)
  find_package(HDF5 REQUIRED COMPONENTS C)
  crbrt_add_test(make_e2e_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/make_dictionary_test.cpp ${CMAKE_CURRENT_LIST_DIR}/make_test.cpp
    LIBRARIES crbrt::physics_io crbrt::base hdf5::hdf5)
  add_dependencies(make_e2e_test crbrt-make)
endif()
