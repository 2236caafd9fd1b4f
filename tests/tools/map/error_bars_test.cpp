// SPDX-License-Identifier: Apache-2.0
// What crbrt-map makes of the standard deviations of a model: limits are found before, the pull of the prior is added behind.
#include "tools/map/error_bars.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tools/map/map_files.h"

namespace crbrt::map {
namespace {

/// Two outputs with mean 2 and 5, prior widths 0.5 and 3 (a negative scale), the first bounded.
struct Fixture {
  std::vector<Output> outputs{{"a", "s", 2, 0.5f, 0, 9, 0.01f, 1.5f}, {"b", "1", 5, -3, 0, 9}};
  Program program{};
  BatchMaps maps;

  explicit Fixture(const std::vector<float>& estimates, const std::vector<float>& std) {
    program.n_output = 2;
    program.outputs = outputs.data();
    maps.n_voxel = estimates.size() / 2;
    maps.estimates = estimates;
    maps.std = std;
  }
};

TEST(ErrorBars, ThoseAtALimitAreNamedByOutputAndVoxelsWithoutAnEstimateAreNot) {
  Fixture f({2, 2, 2, 2, 0, 5, 5, 5, 5, 0}, {0.01f, 0.02f, 1.5f, 0.5f, 0, 1e-9f, 1e9f, 1, 1, 0});
  find_limits(f.program, f.maps);
  EXPECT_EQ(f.maps.std_at_limit, (std::vector<std::uint32_t>{1, 0, 1, 0, 0}));
}

// (s / W)^2 (estimate - mean) beside s, with s, W and the distance from the mean in numbers that floats hold exactly.
TEST(ErrorBars, ThePullOfAGaussianPriorIsAdded) {
  Fixture f({2, 3, 1.5f, 5, 11, 8}, {0.25f, 0.25f, 0.5f, 1.5f, 1.5f, 3});
  add_prior_pull(f.program, f.maps);
  EXPECT_FLOAT_EQ(f.maps.std[0], 0.25f) << "at the mean there is none";
  EXPECT_FLOAT_EQ(f.maps.std[1], std::hypot(0.25f, 0.25f * 1));
  EXPECT_FLOAT_EQ(f.maps.std[2], std::hypot(0.5f, 1 * -0.5f));
  EXPECT_FLOAT_EQ(f.maps.std[3], 1.5f);
  EXPECT_FLOAT_EQ(f.maps.std[4], std::hypot(1.5f, 0.25f * 6));
  EXPECT_FLOAT_EQ(f.maps.std[5], std::hypot(3.0f, 1.0f * 3));
}

TEST(ErrorBars, ThePullDoesNotPassTheLimitAndBlankVoxelsStayBlank) {
  Fixture f({200, 0, 5, 0}, {1, 0, 1, 0});
  add_prior_pull(f.program, f.maps);
  EXPECT_EQ(f.maps.std[0], 1.5f);
  EXPECT_EQ(f.maps.std[1], 0);
  EXPECT_EQ(f.maps.std[3], 0);
}

TEST(ErrorBars, WithoutStandardDeviationsThereIsNothingToDo) {
  Fixture f({2, 3}, {});
  find_limits(f.program, f.maps);
  add_prior_pull(f.program, f.maps);
  EXPECT_TRUE(f.maps.std.empty() && f.maps.std_at_limit.empty());
}

TEST(ErrorBars, AVoxelAtItsLimitHasAStatusOfItsOwnUnlessItHasAnother) {
  ModelRun run;
  run.status = {VoxelStatus::ok, VoxelStatus::ok, VoxelStatus::outside_range, VoxelStatus::zero_signal};
  run.std_at_limit = {0, 1, 1, 0};
  using volume::StatusValue;
  EXPECT_EQ(final_status(run, nullptr),
            (std::vector{StatusValue::ok, StatusValue::std_at_limit, StatusValue::outside_range, StatusValue::zero_signal}));
}

}  // namespace
}  // namespace crbrt::map
