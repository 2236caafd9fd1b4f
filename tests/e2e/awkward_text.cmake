# SPDX-License-Identifier: Apache-2.0
# Texts of strangers' files, a row for every field that a program reads.
crbrt_add_test(awkward_text_test
  SOURCES awkward_text/awkward_text_test.cpp awkward_text/image_fields.cpp awkward_text/model_fields.cpp
          awkward_text/physics_fields.cpp awkward_text/readers.cpp awkward_text/report_fields.cpp
  LIBRARIES crbrt_test_images crbrt_test_models crbrt::base crbrt::physics_io crbrt::volume)
add_dependencies(awkward_text_test crbrt-bids crbrt-codegen crbrt-compare crbrt-design crbrt-eval crbrt-map crbrt-model crbrt-phantom
                 crbrt-report crbrt-simulate)
