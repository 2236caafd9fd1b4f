// SPDX-License-Identifier: Apache-2.0
// The tubes hold what they say, and the regions lie inside them.
#include "tools/phantom/tubes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace crbrt::phantom {
namespace {

TEST(Tubes, ThreePoolSizesEachNativeAndWithShortenedTimes) {
  const double pools[] = {0.06, 0.10, 0.14};
  for (std::size_t i = 0; i < 3; ++i) {
    const Tube &native = tubes()[2 * i], &doped = tubes()[2 * i + 1];
    EXPECT_EQ(native.m0_semi_frac, pools[i]);
    EXPECT_EQ(doped.m0_semi_frac, pools[i]);
    EXPECT_NEAR(1 / doped.t1_s - 1 / native.t1_s, 0.7, 1e-12);
    EXPECT_NEAR(1 / doped.t2_free_s - 1 / native.t2_free_s, 8, 1e-12);
  }
}

TEST(Tubes, EveryLabelIsItsTissue) {
  for (std::size_t label = 0; label <= 6; ++label) {
    const physics::Tissue tissue = tube_tissue(label, 12, 0.9);
    EXPECT_EQ(physics::why_invalid(tissue), "") << label;
    EXPECT_EQ(tissue.r1_free_hz, tissue.r1_semi_hz);
    EXPECT_EQ(tissue.omega0_rad_s, 12);
    EXPECT_EQ(tissue.b1_rel, 0.9);
    if (label == 0) continue;
    EXPECT_EQ(tissue.m0_semi_frac, tubes()[label - 1].m0_semi_frac);
    EXPECT_DOUBLE_EQ(1 / tissue.r1_free_hz, tubes()[label - 1].t1_s);
    EXPECT_DOUBLE_EQ(1 / tissue.r2_free_hz, tubes()[label - 1].t2_free_s);
  }
}

// Radii of the cylinder, a tube and a region in voxels: 46.5, 0.19 * 46.5 = 8.8 and one less. The count of grid points in a
// circle of radius r is pi r^2 within its circumference.
TEST(Tubes, RegionsAreTheTubesWithoutTheirOutermostVoxels) {
  const TubeSlice slice = make_tube_slice(96);
  const auto expect_circle = [](double count, double radius) {
    EXPECT_NEAR(count, std::numbers::pi * radius * radius, 2 * std::numbers::pi * radius);
  };
  expect_circle(static_cast<double>(slice.voxels.size()), 46.5);
  for (std::uint8_t label = 1; label <= 6; ++label) {
    expect_circle(static_cast<double>(std::count(slice.filled.begin(), slice.filled.end(), label)), 0.19 * 46.5);
    expect_circle(static_cast<double>(std::count(slice.roi.begin(), slice.roi.end(), label)), 0.19 * 46.5 - 1);
  }
  for (std::size_t v = 0; v < slice.roi.size(); ++v) {
    if (slice.roi[v] == 0) continue;
    for (const std::size_t neighbour : {v - 1, v + 1, v - 96, v + 96}) EXPECT_EQ(slice.filled[neighbour], slice.roi[v]) << v;
  }
}

TEST(Tubes, EvenTheSmallestSliceHasSixRegions) {
  const TubeSlice slice = make_tube_slice(24);
  for (std::uint8_t label = 1; label <= 6; ++label)
    EXPECT_GE(std::count(slice.roi.begin(), slice.roi.end(), label), 1) << int{label};
}

TEST(Tubes, FieldsAreThoseOfABalancedSequenceThatWorks) {
  const TubeSlice slice = make_tube_slice(64);
  double low = 1, high = -1;
  for (const std::size_t v : slice.voxels) {
    low = std::min(low, tubes_omega0_relative(slice.position(v)));
    high = std::max(high, tubes_omega0_relative(slice.position(v)));
  }
  EXPECT_GT(high - low, 0.4);
  EXPECT_GE(low, -0.5);
  EXPECT_LE(high, 0.5);
}

}  // namespace
}  // namespace crbrt::phantom
