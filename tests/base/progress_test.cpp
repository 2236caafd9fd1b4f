// The text of the progress line; that it stays away from pipes.
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

TEST(Progress, WritesNothingWhereStderrIsNoTerminal) {
  testing::internal::CaptureStderr();  // a file
  {
    Progress progress("voxels", 10);
    for (int i = 0; i < 10; ++i) progress.advance(1);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace crbrt::base
