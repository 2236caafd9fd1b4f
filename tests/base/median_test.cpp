// SPDX-License-Identifier: Apache-2.0
// Both medians, of odd and even counts.
#include "base/median.h"

#include <gtest/gtest.h>

#include <cmath>

namespace crbrt::base {
namespace {

TEST(Median, OfAnEvenCountIsTheMeanOfTheMiddleTwo) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 3, 2}), 2.5);
  EXPECT_EQ(median({7}), 7);
  EXPECT_EQ(median({2, 2, 1, 9}), 2);
  EXPECT_TRUE(std::isnan(median({})));
}

TEST(UpperMedian, IsOneOfTheValues) {
  std::vector<float> odd{3, 1, 2}, even{4, 1, 3, 2}, one{7};
  EXPECT_EQ(upper_median(odd), 2);
  EXPECT_EQ(upper_median(even), 3);
  EXPECT_EQ(upper_median(one), 7);
}

}  // namespace
}  // namespace crbrt::base
