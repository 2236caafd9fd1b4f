// SPDX-License-Identifier: Apache-2.0
// Correlation and relative differences by hand.
#include "tools/compare/agreement.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace crbrt::compare {
namespace {

TEST(Agreement, OfScaledValuesIsFullCorrelationAndTheScale) {
  const Agreement a = agreement({1.1, 2.2, 3.3, 4.4}, {1, 2, 3, 4});
  EXPECT_EQ(a.n, 4u);
  // A handful of rounding errors of 1e-16.
  EXPECT_NEAR(a.correlation, 1, 1e-14);
  EXPECT_NEAR(a.median_relative_difference, 0.1, 1e-14);
  EXPECT_NEAR(a.median_absolute_relative_difference, 0.1, 1e-14);
  EXPECT_NEAR(a.median_reference, 2.5, 1e-14);
}

TEST(Agreement, DifferencesKeepTheirSignAgainstNegativeReferences) {
  const Agreement a = agreement({-3, 5, 8}, {-2, 4, 10});  // -50 %, +25 %, -20 %
  EXPECT_NEAR(a.median_relative_difference, -0.2, 1e-14);
  EXPECT_NEAR(a.median_absolute_relative_difference, 0.25, 1e-14);
}

TEST(Agreement, PearsonByHand) {
  // x - 2 = -1 0 1, y - 3 = -2 1 1: xy = 3, xx = 2, yy = 6.
  EXPECT_NEAR(agreement({1, 2, 3}, {1, 4, 4}).correlation, 3 / std::sqrt(12.0), 1e-14);
  EXPECT_TRUE(std::isnan(agreement({1, 2, 3}, {4, 4, 4}).correlation));
}

TEST(Agreement, IsJudgedByTheTypicalDifference) {
  EXPECT_EQ(judged(0.05), Judgement::agree);
  EXPECT_EQ(judged(0.051), Judgement::differ);
  EXPECT_EQ(judged(0.2), Judgement::differ);
  EXPECT_EQ(judged(0.72), Judgement::disagree);
  EXPECT_NEAR(typical_difference({1.1, 2.2, 3.3}, {1, 2, 3}), 0.1, 1e-14);
  // B0: 1 Hz apart, but 100 % of a reference of 1 Hz. The median difference of 1 over the median size of 30.
  EXPECT_NEAR(typical_difference({2, -29, 31, -49, 21}, {1, -30, 30, -50, 20}), 1 / 30.0, 1e-14);
}

TEST(ErrorBars, ATypicalBarIsThatOfTheDifferenceOverTheReference) {
  EXPECT_NEAR(typical_bar({{1, 1, 1}, {3, 3, 3}}, {{10, 10, 20}, {4, 4, 4}}), 0.5, 1e-14);
}

TEST(ErrorBars, OverlapWhereTwoStandardDeviationsOfBothReachEachOther) {
  const double infinity = std::numeric_limits<double>::infinity();
  // Apart by 4 with reaches 2 + 2 (touching), by 5 with 2 + 2, by 1 with 0 + 2, by 9 with an unbounded one.
  EXPECT_EQ(share_of_overlaps({{4, 5, 1, 9}, {1, 1, 0, infinity}}, {{0, 0, 0, 0}, {1, 1, 1, 1}}), 0.75);
}

}  // namespace
}  // namespace crbrt::compare
