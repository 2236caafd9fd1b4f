# SPDX-License-Identifier: Apache-2.0
# crbrt-map --dicom-like: the series that it writes, in the hands of dcm2niix, DCMTK, GDCM, pydicom and dciodvfy; bad series.
if(CRBRT_HAS_DICOM)
  crbrt_add_test(dicom_e2e_test
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/dicom_bad_input_test.cpp ${CMAKE_CURRENT_LIST_DIR}/dicom_readers_test.cpp
            ${CMAKE_CURRENT_LIST_DIR}/dicom_test.cpp ${CMAKE_CURRENT_LIST_DIR}/dicom_windows_test.cpp
    LIBRARIES crbrt_test_dicom crbrt_test_images crbrt_test_models crbrt::base crbrt::volume)
  add_dependencies(dicom_e2e_test crbrt-map crbrt-phantom)
else()
  add_test(NAME dicom_e2e_test COMMAND ${CMAKE_COMMAND} -E echo "SKIPPED: built without DCMTK")
  set_tests_properties(dicom_e2e_test PROPERTIES SKIP_REGULAR_EXPRESSION "SKIPPED")
endif()
