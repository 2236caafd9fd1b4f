# SPDX-License-Identifier: Apache-2.0
# Tests of learned forward models in place of the simulator.
crbrt_add_test(learned_test SOURCES learned/learned_model_test.cpp LIBRARIES crbrt::learned crbrt_test_models)
