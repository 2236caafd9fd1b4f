// SPDX-License-Identifier: Apache-2.0
// Statistics of regions with numbers that one can work out by hand.
#include "tools/viewer/regions.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "tests/support/temporary_folder.h"
#include "tools/viewer/packed_image.h"

namespace crbrt::viewer {
namespace {

TEST(Regions, WeightedMeansWeighWithTheInverseVarianceOfOkVoxels) {
  // Weights 1 and 1/4 of 10 and 20: (10 + 5) / 1.25 = 12, error 1 / sqrt(1.25). The third voxel is not ok, the fourth has no
  // sigma.
  const RegionStatistics s = statistics({0, 1, 2, 3}, {10, 20, 999, 30}, {1, 2, 1, 0}, {true, true, false, true});
  EXPECT_EQ(s.voxels, 3u);
  EXPECT_DOUBLE_EQ(s.mean, 20);
  EXPECT_DOUBLE_EQ(s.std, 10);
  EXPECT_DOUBLE_EQ(s.median, 20);
  EXPECT_DOUBLE_EQ(s.quartile_low, 15);
  EXPECT_DOUBLE_EQ(s.weighted_mean.value(), 12);
  EXPECT_DOUBLE_EQ(s.weighted_error.value(), 1 / std::sqrt(1.25));
}

TEST(Regions, WithoutOkVoxelsOrSigmasThereIsNoNumber) {
  const RegionStatistics none = statistics({0}, {1}, {1}, {false});
  EXPECT_EQ(none.voxels, 0u);
  EXPECT_TRUE(std::isnan(none.mean) && std::isnan(none.std) && std::isnan(none.median));
  EXPECT_FALSE(none.weighted_mean);
  EXPECT_FALSE(statistics({0}, {1}, {}, {true}).weighted_mean);
}

TEST(BoxAround, IsOneVoxelWiderWhereTheGridIs) {
  std::vector<bool> marked(5 * 4 * 3);
  marked[(1 * 4 + 2) * 5 + 0] = marked[(1 * 4 + 2) * 5 + 2] = true;
  const Box box = box_around({5, 4, 3}, marked);
  EXPECT_EQ(box.first, (volume::Shape{0, 1, 0}));
  EXPECT_EQ(box.extents, (volume::Shape{4, 3, 3}));
  EXPECT_EQ(box_around({5, 4, 3}, std::vector<bool>(60)).extents, (volume::Shape{5, 4, 3}));
}

TEST(Pack, CountsWhatIsBeyondSixteenBits) {
  volume::Grid grid;
  grid.shape = {3, 1, 1};
  EXPECT_EQ(pack({1, 32767, NAN}, grid, {{0, 0, 0}, {3, 1, 1}}, 1).n_cut, 0u);
  EXPECT_EQ(pack({1, 32768, -1e9f}, grid, {{0, 0, 0}, {3, 1, 1}}, 1).n_cut, 2u);
}

}  // namespace
}  // namespace crbrt::viewer
