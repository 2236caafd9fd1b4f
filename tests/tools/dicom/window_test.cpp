// SPDX-License-Identifier: Apache-2.0
// Which numbers a viewer shows at first: the quantity's window where it fits, else that of the values.
#include "tools/dicom/window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace crbrt::dicom {
namespace {

/// 1000 values from low to high, in no order.
std::vector<float> spread(double low, double high) {
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i) values.push_back(static_cast<float>(low + (high - low) * (i * 7 % 1000) / 999));
  return values;
}

volume::Window window(const std::string& output, const std::string& unit, double factor, const std::vector<float>& values) {
  return window_of(output, unit, factor, values, std::vector<bool>(values.size(), true));
}

double share_inside(const volume::Window& window, double factor, const std::vector<float>& values) {
  const auto n = std::count_if(values.begin(), values.end(), [&](float value) {
    return factor * static_cast<double>(value) >= window.low && factor * static_cast<double>(value) <= window.high;
  });
  return static_cast<double>(n) / static_cast<double>(values.size());
}

TEST(DicomWindow, IsThatOfTheQuantityWhereNineInTenLieInside) {
  const volume::Window found = window("t1_free_s", "s", 1000, spread(0.5, 3.2));
  EXPECT_EQ(found.low, 0);
  EXPECT_EQ(found.high, 3000);
  const volume::Window whole = window("t1_free_s", "ms", 1, spread(500, 3200));
  EXPECT_EQ(whole.high, 3000);
}

TEST(DicomWindow, IsThatOfTheValuesWhereTheQuantitysHoldsFewer) {
  const auto fluid = spread(1, 5);
  const volume::Window found = window("t1_free_s", "s", 1000, fluid);
  EXPECT_EQ(found.low, 0);
  EXPECT_GE(share_inside(found, 1000, fluid), least_inside);
  EXPECT_LT(found.high, 5000) << "wild numbers do not decide";
}

// The same tissue at three levels of noise: no fixed window fits all.
TEST(DicomWindow, OfStandardDeviationsIsThatOfTheirValuesWhateverTheNoise) {
  for (const double noise : {1e-3, 1.0, 1e3}) {
    const auto std = spread(0.001 * noise, 0.02 * noise);
    const volume::Window found = window("m0_semi_frac_std", "1", 100, std);
    EXPECT_EQ(found.low, 0);
    EXPECT_GE(share_inside(found, 100, std), least_inside) << noise;
    EXPECT_LE(found.high, 100 * 0.02 * noise) << "mostly black";
    EXPECT_GE(found.high, 0.9 * 100 * 0.02 * noise) << "mostly white";
  }
}

TEST(DicomWindow, OfScoresBelowZeroReachesAsFarAsTheyDo) {
  const auto scores = spread(-9, -4);
  const volume::Window found = window("atypicality", "1", 1, scores);
  EXPECT_LT(found.low, -8.5);
  EXPECT_GT(found.high, -4.5);
  EXPECT_LT(found.high, -4);
}

TEST(DicomWindow, CountsOnlyFiniteEstimates) {
  auto values = spread(0.01, 0.02);
  std::vector<bool> is_estimated(values.size(), true);
  for (std::size_t v = 0; v < values.size(); v += 2) values[v] = 7, is_estimated[v] = false;
  values[1] = std::numeric_limits<float>::quiet_NaN();
  values[3] = std::numeric_limits<float>::infinity();
  const volume::Window found = window_of("t2_free_s_std", "s", 1000, values, is_estimated);
  EXPECT_LE(found.high, 20);
  EXPECT_GE(found.high, 19);
}

TEST(DicomWindow, OfOneNumberOrOfNoneIsNotEmpty) {
  const volume::Window same = window("t2_free_s_std", "s", 1000, std::vector<float>(9, 0));
  EXPECT_LT(same.low, 0);
  EXPECT_GT(same.high, 0);
  const volume::Window none = window("t2_free_s_std", "s", 1000, {});
  EXPECT_LT(none.low, none.high);
}

}  // namespace
}  // namespace crbrt::dicom
