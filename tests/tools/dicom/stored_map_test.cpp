// SPDX-License-Identifier: Apache-2.0
// Numbers of 16 bits: how far off they may be, and what holds no number.
#include "tools/dicom/stored_map.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

namespace crbrt::dicom {
namespace {

StoredMap stored(const std::vector<float>& values) { return stored_map(values, std::vector<bool>(values.size(), true)); }

double number(const StoredMap& map, std::size_t voxel) {
  return static_cast<double>(map.values[voxel]) * map.slope + map.intercept;
}

/// 1000 values from low to high.
std::vector<float> ramp(double low, double high) {
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i) values.push_back(static_cast<float>(low + (high - low) * i / 999));
  return values;
}

class StoredMapOf : public testing::TestWithParam<std::pair<double, double>> {};

// Half a slope is the rounding; the sums of doubles add less than a millionth of a slope, because values have 16 bits of 52.
TEST_P(StoredMapOf, NumbersAreOffByHalfASlopeAtMost) {
  const auto values = ramp(GetParam().first, GetParam().second);
  const StoredMap map = stored(values);
  for (std::size_t v = 0; v < values.size(); ++v)
    EXPECT_LE(std::abs(number(map, v) - static_cast<double>(values[v])), (0.5 + 1e-6) * map.slope) << v;
}

// The range holds 0, and two digits round up by a tenth at most.
TEST_P(StoredMapOf, TheSlopeWastesLessThanATenthOfTheRange) {
  const double low = std::min(0.0, GetParam().first), high = std::max(0.0, GetParam().second);
  const StoredMap map = stored(ramp(GetParam().first, GetParam().second));
  EXPECT_LE(map.slope, 1.1001 * (high - low) / 65533);
}

TEST_P(StoredMapOf, TextsOfAtMost16CharactersAreTheDoubles) {
  const StoredMap map = stored(ramp(GetParam().first, GetParam().second));
  for (const auto& [text, value] : {std::pair(map.slope_text, map.slope), std::pair(map.intercept_text, map.intercept)}) {
    EXPECT_LE(text.size(), 16U) << text;
    EXPECT_EQ(std::strtod(text.c_str(), nullptr), value);
  }
}

INSTANTIATE_TEST_SUITE_P(Ranges, StoredMapOf,
                         testing::Values(std::pair(0.0, 0.3), std::pair(0.2, 4.1), std::pair(5e-6, 2e-5),
                                         std::pair(-100.0, 120.0), std::pair(-1.0, -0.1), std::pair(0.0, 65533.0),
                                         std::pair(0.0, 9.99e6), std::pair(-3e-12, 7e8)));

TEST(StoredMap, VoxelsWithoutAnEstimateHoldTheNumberZero) {
  const StoredMap map = stored_map(std::vector<float>{-2, 7, 3}, {true, false, true});
  EXPECT_EQ(map.values[1], map.padding);
  EXPECT_NEAR(number(map, 1), 0, 1e-6 * map.slope);
  EXPECT_EQ(map.n_beyond, 0U);
}

TEST(StoredMap, AWildNumberTakesNoResolution) {
  std::vector<float> values = ramp(1, 2);
  values[500] = 1e20f;
  values[501] = std::numeric_limits<float>::infinity();
  values[502] = std::numeric_limits<float>::quiet_NaN();
  const StoredMap map = stored(values);
  EXPECT_EQ(map.n_beyond, 3U);
  EXPECT_EQ(map.values[500], map.padding);
  EXPECT_LT(map.slope, 1e-4);
}

TEST(StoredMap, OfNothingIsNothing) {
  EXPECT_EQ(stored({0, 0}).values, (std::vector<std::uint16_t>{0, 0}));
  EXPECT_EQ(stored_map(std::vector<float>{5}, {false}).values, std::vector<std::uint16_t>{0});
}

TEST(StoredMap, WholeNumbersStayAsTheyAre) {
  const StoredMap map = stored({-3, 0, 65000});
  EXPECT_EQ(map.slope_text, "1");
  EXPECT_EQ(map.intercept_text, "-3");
  EXPECT_EQ(map.values, (std::vector<std::uint16_t>{0, 3, 65003}));
}

TEST(StoredMap, CodesAreAsTheyAre) {
  const StoredMap map = stored_codes(std::vector<float>{0, 4, 9});
  EXPECT_EQ(map.values, (std::vector<std::uint16_t>{0, 4, 9}));
  EXPECT_FALSE(map.padding);
  EXPECT_EQ(map.slope_text, "1");
}

}  // namespace
}  // namespace crbrt::dicom
