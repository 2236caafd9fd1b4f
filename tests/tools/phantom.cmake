# SPDX-License-Identifier: Apache-2.0
# Tests of the phantoms, and of the pulse train that the digital brain is measured with.
crbrt_add_test(phantom_test
  SOURCES phantom/brain_test.cpp phantom/library_test.cpp phantom/rois_test.cpp phantom/tubes_test.cpp
  LIBRARIES crbrt::phantom crbrt::physics_io crbrt::volume crbrt_test_models)
