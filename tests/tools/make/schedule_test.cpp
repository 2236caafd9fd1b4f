// SPDX-License-Identifier: Apache-2.0
// The remaining time of made-up chains.
#include "tools/make/schedule.h"

#include <gtest/gtest.h>

namespace crbrt::make {
namespace {

Step step(const char* in, const char* out, double core_s, unsigned most_threads) {
  Step step;
  step.inputs = {in};
  step.outputs = {out};
  step.core_s = core_s;
  step.most_threads = most_threads;
  return step;
}

TEST(Schedule, StepsBehindEachOtherAddAndStepsBesideEachOtherDoNot) {
  const Step sets = step("a", "b", 20, 8), training = step("b", "c", 30, 1), unseen = step("b", "d", 10, 8),
             report = step("c", "e", 5, 1);
  const std::vector<OpenStep> all{{&sets}, {&training}, {&unseen}, {&report}};
  const MachineSpeed speed;
  EXPECT_DOUBLE_EQ(remaining_s(all, 1, speed, 0), 65);
  EXPECT_DOUBLE_EQ(remaining_s(all, 2, speed, 0), 10 + 30 + 5);  // the unseen set is made beside the training
  EXPECT_DOUBLE_EQ(remaining_s(all, 2, speed, 8), 45 + 4);
  EXPECT_DOUBLE_EQ(remaining_s({}, 2, speed, 0), 0);
}

TEST(Schedule, WhatAStepHasDoneCounts) {
  const Step training = step("b", "c", 30, 1);
  const MachineSpeed speed;
  EXPECT_DOUBLE_EQ(remaining_s({{&training, 1, 10}}, 2, speed, 0), 20);
  // A tenth done in 10 s, where the table (30 s) counts as another tenth: (10 + 3) / 0.2 = 65 in all.
  EXPECT_DOUBLE_EQ(remaining_s({{&training, 1, 10, 0.1, 10}}, 2, speed, 0), 55);
  EXPECT_DOUBLE_EQ(remaining_s({{&training, 1, 15, 0.1, 10}}, 2, speed, 0), 50)
      << "a log that says nothing new is no slow step";
  EXPECT_GT(remaining_s({{&training, 1, 100}}, 2, speed, 0), 0) << "late, and about to end";
}

TEST(Schedule, AMachineThatWasSlowIsExpectedToBeSlow) {
  const Step training = step("b", "c", 30, 1);
  MachineSpeed speed;
  speed.add(95, 195);
  EXPECT_DOUBLE_EQ(speed.seen_per_expected(), 2);
  EXPECT_DOUBLE_EQ(remaining_s({{&training}}, 1, speed, 0), 60);
}

}  // namespace
}  // namespace crbrt::make
