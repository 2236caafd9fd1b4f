# SPDX-License-Identifier: Apache-2.0
# crbrt::dicom: numbers, codes, stacks of slices; and the writer of series that the tests of crbrt-map use, too.
crbrt_add_test(dicom_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/dicom/codes_test.cpp ${CMAKE_CURRENT_LIST_DIR}/dicom/slice_stack_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/dicom/stored_map_test.cpp ${CMAKE_CURRENT_LIST_DIR}/dicom/uid_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/dicom/window_test.cpp
  LIBRARIES crbrt::dicom crbrt::physics)
# What a build without DCMTK has in its place.
crbrt_add_test(dicom_absent_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/dicom/absent_test.cpp ${PROJECT_SOURCE_DIR}/tools/dicom/absent.cpp LIBRARIES crbrt::volume)
if(CRBRT_HAS_DICOM)
  crbrt_add_library(crbrt_test_dicom SOURCES ${CMAKE_CURRENT_LIST_DIR}/dicom/series_files.cpp
    PRIVATE ${CRBRT_DCMDATA_LIBRARY} ${CRBRT_OFLOG_LIBRARY} ${CRBRT_OFSTD_LIBRARY})
  target_include_directories(crbrt_test_dicom SYSTEM PRIVATE ${CRBRT_DCMTK_INCLUDE_DIR})
endif()
