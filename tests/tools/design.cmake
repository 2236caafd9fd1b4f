# SPDX-License-Identifier: Apache-2.0
# Tests of the train design, and of the train that it made.
crbrt_add_test(design_test
  SOURCES design/problem_test.cpp design/search_test.cpp design/shape_test.cpp design/shipped_protocol_test.cpp
          design/train_cost_test.cpp
  LIBRARIES crbrt::design crbrt::physics_io crbrt::base)
