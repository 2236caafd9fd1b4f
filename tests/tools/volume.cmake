# SPDX-License-Identifier: Apache-2.0
# Tests of crbrt::volume, and the writer of image files that tests of programs use too.
find_package(HDF5 REQUIRED COMPONENTS C)
find_package(ZLIB REQUIRED)
crbrt_add_library(crbrt_test_images
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/volume/array_files.cpp ${CMAKE_CURRENT_LIST_DIR}/volume/image_files.cpp
  PUBLIC ${CRBRT_NIFTI2_LIBRARY} ${CRBRT_ZNZ_LIBRARY}
  PRIVATE hdf5::hdf5 ${CRBRT_DEFLATE_LIBRARY} ZLIB::ZLIB)
target_include_directories(crbrt_test_images SYSTEM PUBLIC ${CRBRT_NIFTI_INCLUDE_DIR} ${CRBRT_NIFTI_INCLUDE_DIR}/nifti)

crbrt_add_test(volume_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/volume/basis_check_test.cpp ${CMAKE_CURRENT_LIST_DIR}/volume/basis_file_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/volume/basis_out_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/volume/batches_test.cpp ${CMAKE_CURRENT_LIST_DIR}/volume/bids_names_test.cpp ${CMAKE_CURRENT_LIST_DIR}/volume/blank_parts_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/volume/coefficients_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/volume/formats_test.cpp ${CMAKE_CURRENT_LIST_DIR}/volume/grid_difference_test.cpp ${CMAKE_CURRENT_LIST_DIR}/volume/grid_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/volume/hdf5_state_test.cpp ${CMAKE_CURRENT_LIST_DIR}/volume/maps_in_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/volume/map_parts_test.cpp ${CMAKE_CURRENT_LIST_DIR}/volume/maps_out_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/volume/hostile_header_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/volume/mask_test.cpp ${CMAKE_CURRENT_LIST_DIR}/volume/shown_unit_test.cpp ${CMAKE_CURRENT_LIST_DIR}/volume/voxel_list_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/volume/voxel_neighbours_test.cpp
  LIBRARIES crbrt::volume crbrt::physics crbrt_test_images crbrt_test_models hdf5::hdf5)

include(${PROJECT_SOURCE_DIR}/tests/fuzz/readers.cmake)
