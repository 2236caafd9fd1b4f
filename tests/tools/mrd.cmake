# SPDX-License-Identifier: Apache-2.0
# crbrt-mrd: its parts in memory, and the whole program between ISMRMRD's own files and crbrt-map.
if(CRBRT_MRD_SERVER)
  find_package(HDF5 REQUIRED COMPONENTS C)  # ISMRMRD's files
  crbrt_add_test(mrd_test
    SOURCES mrd/assembly_test.cpp mrd/config_test.cpp mrd/dialogue_test.cpp mrd/log_test.cpp mrd/message_parser_test.cpp mrd/pixel_scale_test.cpp
    LIBRARIES crbrt::mrd crbrt_test_models)
  crbrt_add_test(mrd_files_test SOURCES mrd/ismrmrd_files_test.cpp
    LIBRARIES crbrt::mrd crbrt_test_models ${CRBRT_ISMRMRD_LIBRARY})
  target_include_directories(mrd_files_test SYSTEM PRIVATE ${HDF5_INCLUDE_DIRS})
  add_dependencies(mrd_files_test crbrt-map crbrt-mrd)
  include(${PROJECT_SOURCE_DIR}/tests/fuzz/mrd.cmake)
endif()
