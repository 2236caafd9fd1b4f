# SPDX-License-Identifier: Apache-2.0
# The verdict of crbrt-eval on a train that encodes little and on a shipped model, and what crbrt-report makes of it.
crbrt_add_test(verdict_e2e_test SOURCES verdict_test.cpp
               LIBRARIES crbrt::physics_io crbrt::base crbrt_test_models)
add_dependencies(verdict_e2e_test crbrt-eval crbrt-report crbrt-simulate)
