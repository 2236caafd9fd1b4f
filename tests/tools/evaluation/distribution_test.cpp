// SPDX-License-Identifier: Apache-2.0
// Histograms and bins of fingerprints, by hand.
#include "tools/evaluation/distribution.h"

#include <gtest/gtest.h>

#include <cmath>

namespace crbrt::evaluation {
namespace {

TEST(Histogram, EdgesBelongToTheBinAboveThemAndNothingIsLost) {
  Histogram histogram(-1, 1, 4);
  for (const double x : {-1.1, -1.0, -0.5, -0.01, 0.0, 0.4, 0.5, 0.999, 1.0, 7.0, std::nan("")}) histogram.add(x);
  EXPECT_EQ(histogram.count, (std::vector<std::size_t>{1, 2, 2, 2}));
  EXPECT_EQ(histogram.below, 1u);
  EXPECT_EQ(histogram.above, 2u);
}

/// Five fingerprints of one output with bounds 4, 1, NaN, 9, 16.
Realisations five() {
  Realisations r;
  r.bound.resize(1, 5);
  r.bound << 4, 1, std::nan(""), 9, 16;
  r.bias.resize(1, 5);
  r.bias << 0, 1, 100, -30, 0.1;
  r.bias2 = r.bias.square();
  r.variance.resize(1, 5);
  r.variance << 2, 1, 100, 18, 100;
  return r;
}

TEST(BiasHistogram, RangeComesFromTheBoundsAndZeroIsInTheMiddle) {
  const Histogram histogram = bias_histogram(five(), 0);  // median sqrt(CRB) 3, twice 6, rounded up 10
  EXPECT_DOUBLE_EQ(histogram.low, -10);
  EXPECT_DOUBLE_EQ(histogram.high, 10);
  EXPECT_EQ(histogram.count[40], 2u);  // 0 and 0.1: the bin reaches to 10 / 81
  EXPECT_EQ(histogram.below, 1u);      // -30
  EXPECT_EQ(histogram.above, 0u);      // 100 has no bound
}

TEST(StdHistogram, CountsStdOverTheRootOfTheBound) {
  const Histogram histogram = std_histogram(five(), 0);  // sqrt of 2/4, 1, 18/9, 100/16
  EXPECT_EQ(histogram.count[28], 1u);                    // 0.707 / 0.025
  EXPECT_EQ(histogram.count[40], 1u);
  EXPECT_EQ(histogram.count[56], 1u);  // 1.414 / 0.025
  EXPECT_EQ(histogram.above, 1u);
}

TEST(SplitByBound, BinsOfEqualCountFromEasyToHard) {
  const BoundBins bins = split_by_bound(five(), 0, 2);
  EXPECT_EQ(bins.sqrt_crb_edges, (std::vector<double>{1, 3, 4}));
  EXPECT_EQ(bins.count, (std::vector<std::size_t>{2, 2}));
  EXPECT_DOUBLE_EQ(bins.bias2_over_crb[0], (1.0 / 1 + 0.0 / 4) / 2);
  EXPECT_DOUBLE_EQ(bins.var_over_crb[0], (1.0 / 1 + 2.0 / 4) / 2);
  EXPECT_DOUBLE_EQ(bins.bias2_over_crb[1], (900.0 / 9 + 0.01 / 16) / 2);
  EXPECT_DOUBLE_EQ(bins.var_over_crb[1], (18.0 / 9 + 100.0 / 16) / 2);
}

TEST(SplitByBound, FewFingerprintsGiveFewBins) {
  EXPECT_EQ(split_by_bound(five(), 0, 12).count, (std::vector<std::size_t>{1, 1, 1, 1}));
}

}  // namespace
}  // namespace crbrt::evaluation
