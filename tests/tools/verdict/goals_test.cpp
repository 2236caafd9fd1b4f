// SPDX-License-Identifier: Apache-2.0
// Files of goals: what they say, whom they are for, and what is refused.
#include "tools/verdict/goals.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::verdict {
namespace {

Goals goals_of(const std::string& text) {
  const tests::TemporaryFolder folder;
  const std::string path = folder.file("goals.json", text);
  return read_goals(base::read_goal_file(path), path);
}

std::string refusal(const std::string& text) {
  try {
    goals_of(text);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

std::string verdict_with(const std::string& inside) { return R"({"kind": "crbrt-goals", "verdict": )" + inside + "}"; }

TEST(VerdictGoals, AFileReplacesWhatItNamesAndNothingElse) {
  const Goals goals = goals_of(verdict_with(
      R"({"loss": 1.05, "loss_at_snr": {"100": 1.7}, "within_1_std": [0.6, 0.7], "outputs": {"t2_free_s": {"bias2_over_crb": 0.12}}})"));
  EXPECT_EQ(goals.of("t1_free_s").loss, 1.05);
  EXPECT_EQ(goals.of("t1_free_s").loss_at_snr.at(0), std::pair(100.0, 1.7));
  EXPECT_EQ(goals.of("t1_free_s").bias2_over_crb, OutputGoals{}.bias2_over_crb);
  EXPECT_EQ(goals.of("t2_free_s").bias2_over_crb, 0.12);
  EXPECT_EQ(goals.of("t2_free_s").loss, 1.05);
  EXPECT_EQ(goals.of("t2_free_s").within_1_std, Range(0.6, 0.7));
  EXPECT_EQ(goals_of(R"({"kind": "crbrt-goals"})").json(), Goals{}.json());
}

TEST(VerdictGoals, WhatAFileMayNotHoldIsRefusedWithItsPlace) {
  EXPECT_NE(refusal(verdict_with(R"({"los": 1})")).find("loss"), std::string::npos);
  EXPECT_NE(refusal(verdict_with(R"({"loss": -1})")).find("verdict.loss: expected"), std::string::npos);
  EXPECT_NE(refusal(verdict_with(R"({"loss_at_snr": {"high": 1}})")).find("SNRs as keys"), std::string::npos);
  EXPECT_NE(refusal(verdict_with(R"({"outputs": {"t1_free_s": {"within_2_std": [0.9]}}})")), "");
  EXPECT_NE(refusal(R"({"kind": "crbrt-eval"})").find("kind"), std::string::npos);
}

TEST(VerdictGoals, TheyAreForTheTrainsThatTheFileNames) {
  const tests::TemporaryFolder folder;
  const std::string sha(64, 'a');
  const auto read = [&](const std::string& sequences) {
    return base::read_goal_file(folder.file("g.json", R"({"kind": "crbrt-goals", "sequences": )" + sequences + "}")).trains;
  };
  const base::GoalTrains trains = read(R"([{"name": "mine", "sha256": ")" + sha + R"("}])");
  EXPECT_TRUE(trains.hold(sha));
  EXPECT_FALSE(trains.hold(std::string(64, 'b')));
  EXPECT_EQ(trains.in_words(), "mine (aaaaaaaaaaaaaaaa)");
  EXPECT_TRUE(base::GoalTrains{}.hold(sha));
  EXPECT_THROW(read("[]"), base::InputError);
  EXPECT_THROW(read(R"([{"name": "mine", "sha256": "aa"}])"), base::InputError);
  // The project's own numbers are for the published train.
  EXPECT_TRUE(base::read_goal_file(CRBRT_SOURCE_DIR "/docs/experiments/goals.json")
                  .trains.hold("863ef594be9f242f9739b031c8975e30ce36a39370e4a2ab46be4a79333070b4"));
  EXPECT_FALSE(base::read_goal_file(CRBRT_SOURCE_DIR "/docs/experiments/goals.json").trains.hold(sha));
}

}  // namespace
}  // namespace crbrt::verdict
