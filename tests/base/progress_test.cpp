// SPDX-License-Identifier: Apache-2.0
// The text of the progress line; what a log gets of it.
#include "base/progress.h"

#include <gtest/gtest.h>

namespace crbrt::base {
namespace {

TEST(DurationText, ChangesItsUnits) {
  EXPECT_EQ(duration_text(-1), "0 s");
  EXPECT_EQ(duration_text(59.4), "59 s");
  EXPECT_EQ(duration_text(65), "1 min 05 s");
  EXPECT_EQ(duration_text(7845), "2 h 10 min");
}

TEST(ProgressLine, TellsTheRemainingTimeFromThisRunAlone) {
  EXPECT_EQ(progress_line("voxels", 25, 100, 0, 10, ""), "voxels  25 %  25/100  remaining 30 s");
  // 50 of 75 done before: 5 items took 10 s, 45 are left.
  EXPECT_EQ(progress_line("voxels", 55, 100, 50, 10, "loss 0.7"), "voxels  55 %  55/100  remaining 1 min 30 s  loss 0.7");
}

TEST(ProgressLine, HasNoEstimateBeforeTheFirstAndAfterTheLast) {
  EXPECT_EQ(progress_line("voxels", 0, 3, 0, 1, ""), "voxels  0 %  0/3");
  EXPECT_EQ(progress_line("voxels", 3, 3, 0, 1, ""), "voxels  100 %  3/3");
  EXPECT_EQ(progress_line("voxels", 0, 0, 0, 1, ""), "voxels  100 %  0/0");
}

std::string in_a_log(ProgressPace pace) {
  testing::internal::CaptureStderr();  // a file
  {
    Progress progress("voxels", 2, 0, pace);
    progress.advance(1);
    progress.advance(1, "loss 0.7");
  }
  return testing::internal::GetCapturedStderr();
}

TEST(Progress, WritesNothingIntoALogBeforeItsTime) { EXPECT_EQ(in_a_log({1e6, 0}), ""); }

TEST(Progress, WritesWholeLinesIntoALogOnceTheyAreDue) {
  const std::string text = in_a_log({0, 0});
  EXPECT_EQ(text.find("voxels  50 %  1/2  remaining 0 s\n"), 0U) << text;
  EXPECT_NE(text.find("voxels  100 %  2/2  loss 0.7\n"), std::string::npos) << text;
  EXPECT_EQ(text.find_first_of("\r\033"), std::string::npos) << text;
}

TEST(Progress, OfALogIsRareButNotSilentForAMinute) {
  EXPECT_EQ(in_a_log({0, 1e6}).find("2/2"), std::string::npos);
  EXPECT_LE(log_pace.first_s, 60);
  EXPECT_LE(log_pace.next_s, 60);
  EXPECT_LE(terminal_pace.first_s, 2);  // everything over two seconds is seen
}

}  // namespace
}  // namespace crbrt::base
