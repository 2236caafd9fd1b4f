# SPDX-License-Identifier: Apache-2.0
# Tests of the library behind crbrt-map.
crbrt_add_test(mapping_test SOURCES map/diagnosis_test.cpp map/error_bars_test.cpp map/noise_level_test.cpp map/patch_spectra_test.cpp
                       map/single_faults_test.cpp
               LIBRARIES crbrt::mapping crbrt_test_images crbrt_test_models)
