# SPDX-License-Identifier: Apache-2.0
# Tests of the library that judges what was measured, and of what the evaluation measures for it.
crbrt_add_test(verdict_test
  SOURCES verdict/encoding_test.cpp verdict/goals_test.cpp verdict/model_rules_test.cpp verdict/next_steps_test.cpp
          verdict/train_rules_test.cpp
  LIBRARIES crbrt::verdict)
