// SPDX-License-Identifier: Apache-2.0
// Which standard deviations are at their limit: found before the pull of the prior is added.
#include "tools/map/error_bars.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/two_outputs.h"
#include "tools/map/map_files.h"

namespace crbrt::map {
namespace {

struct Fixture : tests::TwoOutputs {
  BatchMaps maps;

  explicit Fixture(const std::vector<float>& estimates, const std::vector<float>& std) {
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

TEST(ErrorBars, WithoutStandardDeviationsThereIsNothingToDo) {
  Fixture f({2, 3}, {});
  find_limits(f.program, f.maps);
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
