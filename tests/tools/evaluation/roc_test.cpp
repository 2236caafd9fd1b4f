// SPDX-License-Identifier: Apache-2.0
// Areas by hand: the share of pairs in which the atypical score is higher, ties counting half.
#include "tools/evaluation/atypicality.h"

#include <gtest/gtest.h>

#include "physics/counter_random.h"

namespace crbrt::evaluation {
namespace {

TEST(Roc, HandComputedArea) {
  // Pairs (typical, atypical): 1<2, 1<4, 3>2, 3<4: three of four.
  EXPECT_DOUBLE_EQ(roc({1, 3}, {2, 4}).area, 0.75);
  EXPECT_DOUBLE_EQ(roc({1, 2}, {3, 4}).area, 1);
  EXPECT_DOUBLE_EQ(roc({3, 4}, {1, 2, 0}).area, 0);
}

TEST(Roc, TiesCountHalf) {
  EXPECT_DOUBLE_EQ(roc({5, 5, 5}, {5, 5}).area, 0.5);
  // Typical 1, 2, 2; atypical 2, 3: 1<2, 2=2, 2=2, 1<3, 2<3, 2<3: (1 + 0.5 + 0.5 + 3) / 6.
  EXPECT_DOUBLE_EQ(roc({2, 1, 2}, {3, 2}).area, 5.0 / 6);
}

TEST(Roc, CurveRunsFromNothingToEverythingThroughEveryThreshold) {
  const Roc result = roc({1, 3}, {2, 4});
  ASSERT_EQ(result.curve.size(), 5u);
  const double expected[5][2] = {{0, 0}, {0, 0.5}, {0.5, 0.5}, {0.5, 1}, {1, 1}};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_DOUBLE_EQ(result.curve[i].false_alarms, expected[i][0]) << i;
    EXPECT_DOUBLE_EQ(result.curve[i].hits, expected[i][1]) << i;
  }
}

TEST(Roc, ALongCurveIsThinnedAndStaysMonotonous) {
  physics::CounterRandom random(1, physics::Stream::evaluation_noise, 0);
  std::vector<float> typical(20000), atypical(20000);
  for (float& x : typical) x = static_cast<float>(random.normal());
  for (float& x : atypical) x = static_cast<float>(random.normal() + 2);
  const Roc result = roc(typical, atypical, 101);
  EXPECT_LE(result.curve.size(), 101u);
  EXPECT_GT(result.curve.size(), 50u);
  EXPECT_DOUBLE_EQ(result.curve.front().hits, 0);
  EXPECT_DOUBLE_EQ(result.curve.back().false_alarms, 1);
  for (std::size_t i = 1; i < result.curve.size(); ++i) {
    EXPECT_GE(result.curve[i].false_alarms, result.curve[i - 1].false_alarms);
    EXPECT_GE(result.curve[i].hits, result.curve[i - 1].hits);
  }
  // Phi(2 / sqrt(2)) = 0.92135; standard error below sqrt(A (1 - A) / 20000) = 0.0019, five of them.
  EXPECT_NEAR(result.area, 0.92135, 0.0095);
}

}  // namespace
}  // namespace crbrt::evaluation
