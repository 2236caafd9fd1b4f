# SPDX-License-Identifier: Apache-2.0
# crbrt-eval on a small data set and models that fit it or do not, and the page that crbrt-report makes of it.
crbrt_add_test(eval_e2e_test SOURCES eval_test.cpp eval_report_test.cpp
               LIBRARIES crbrt::physics_io crbrt::base crbrt_test_models)
add_dependencies(eval_e2e_test crbrt-eval crbrt-report crbrt-simulate)
