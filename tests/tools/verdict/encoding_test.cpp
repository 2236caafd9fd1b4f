// SPDX-License-Identifier: Apache-2.0
// What the evaluation measures for a verdict, where it can be computed by hand: spreads, shares of data, parts and bounds.
#include "tools/evaluation/encoding.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tools/evaluation/spread.h"

namespace crbrt::evaluation {
namespace {

TEST(Spread, IsTheStandardDeviationOfAGaussianAndATenthOfFluidDoesNotWidenIt) {
  std::vector<double> values;  // quantiles of a Gaussian of 100 +- 20
  for (int i = 1; i < 2000; ++i) {
    double low = -6, high = 6;
    for (int k = 0; k < 60; ++k)
      (0.5 * std::erfc(-(low + high) / 2 / std::sqrt(2)) < i / 2000.0 ? low : high) = (low + high) / 2;
    values.push_back(100 + 20 * low);
  }
  // 2000 quantiles: at one standard deviation, where the density is 0.242 / 20, neighbours lie 0.041 apart.
  EXPECT_NEAR(spread_of(values).width, 20, 0.041);
  EXPECT_NEAR(spread_of(values).median, 100, 1e-9);
  values.insert(values.end(), 222, 2000.0);
  EXPECT_LT(spread_of(values).width, 30);
  EXPECT_TRUE(std::isnan(spread_of({}).width));
}

TEST(DataShare, IsTheSlopeOfTheMeanEstimateAgainstTheTruth) {
  Eigen::ArrayXXd truth(1, 50);
  for (int f = 0; f < 50; ++f) truth(0, f) = f;
  const Eigen::ArrayXXd bound = Eigen::ArrayXXd::Ones(1, 50);
  const auto share = [&](const Eigen::ArrayXXd& estimate) { return data_share(truth, estimate - truth, bound, 0); };
  EXPECT_NEAR(share(truth), 1, 1e-12);
  EXPECT_NEAR(share(truth + 3), 1, 1e-12);
  EXPECT_NEAR(share(0 * truth + 24.5), 0, 1e-12);
  EXPECT_NEAR(share(0.3 * truth + 17), 0.3, 1e-12);
  truth.setConstant(4);
  EXPECT_TRUE(std::isnan(share(truth)));
}

/// N fingerprints that differ in T1f alone, from 1 s on, with one bound for everything.
physics::Dataset set_of_t1(std::size_t n, double r1_crb) {
  physics::Dataset set;
  set.unknowns = physics::T1Model::separate;
  set.coefficients.setOnes(2, static_cast<Eigen::Index>(n));
  for (std::size_t f = 0; f < n; ++f) {
    physics::Tissue tissue;
    tissue.m0_semi_frac = 0.1;
    tissue.r1_free_hz = 1 / (1 + 0.1 * static_cast<double>(f));
    tissue.r2_free_hz = 10;
    set.tissues.push_back(tissue);
  }
  set.crb = Eigen::MatrixXd::Constant(8, static_cast<Eigen::Index>(n), r1_crb);
  return set;
}

TEST(Parts, AreFifthsOfEqualCountInTheFormThatPeopleRead) {
  const physics::Dataset set = set_of_t1(10, 1e-4);
  const Targets targets = targets_of({"m0_semi_frac"}, set, 10, "set");
  const auto parts = parts_of(set, targets);
  ASSERT_EQ(parts.size(), 1u);  // nothing else varies
  EXPECT_EQ(parts[0].name, "t1_free_s");
  EXPECT_EQ(parts[0].unit, "s");
  ASSERT_EQ(parts[0].parts.size(), 5u);
  for (const Part& part : parts[0].parts) EXPECT_EQ(part.fingerprints.size(), 2u);
  EXPECT_NEAR(parts[0].parts[4].low, 1.8, 1e-12);
  EXPECT_NEAR(parts[0].parts[0].median_sqrt_crb[0], 0.01, 1e-12);
  EXPECT_EQ(parts_of(set, targets_of({"r1_free_hz"}, set, 10, "set"))[0].name, "r1_free_hz");  // the output's own form
}

TEST(Parts, DoNotTearEqualValuesApart) {
  physics::Dataset set = set_of_t1(10, 1e-4);
  for (std::size_t f = 0; f < 7; ++f) set.tissues[f] = set.tissues[0];
  const auto parts = parts_of(set, targets_of({"m0_semi_frac"}, set, 10, "set"));
  ASSERT_EQ(parts[0].parts.size(), 3u);
  EXPECT_EQ(parts[0].parts[0].fingerprints.size(), 7u);
}

TEST(Parts, HaveTheMeanLossOfTheirFingerprints) {
  const physics::Dataset set = set_of_t1(10, 1e-4);
  auto parts = parts_of(set, targets_of({"m0_semi_frac"}, set, 10, "set"));
  Eigen::ArrayXXd bias2 = Eigen::ArrayXXd::Zero(1, 10), variance = Eigen::ArrayXXd::Ones(1, 10);
  bias2(0, 9) = 6;
  measure_parts(parts, bias2, variance);
  EXPECT_NEAR(parts[0].parts[4].loss[0], 4, 1e-12);
  EXPECT_NEAR(parts[0].parts[4].bias2_over_crb[0], 3, 1e-12);
  EXPECT_NEAR(parts[0].parts[3].loss[0], 1, 1e-12);
}

// R1 from 1 / 1 to 1 / 2.9 with a bound of 0.01 each.
TEST(Encoding, BoundsAreInWidthsOfThePriorAndAGuessHasItsLoss) {
  const physics::Dataset set = set_of_t1(20, 1e-4);
  const Encoding encoding = encoding_of(set, targets_of({"r1_free_hz"}, set, 20, "set"), nullptr);
  const OutputEncoding& r1 = encoding.outputs.at(0);
  std::vector<double> values;
  double mean = 0, square = 0;
  for (const auto& tissue : set.tissues) {
    values.push_back(tissue.r1_free_hz);
    mean += tissue.r1_free_hz / 20;
  }
  for (double v : values) square += (v - mean) * (v - mean) / 20;
  EXPECT_NEAR(r1.all.sqrt_crb, 0.01, 1e-15);
  EXPECT_NEAR(r1.all.in_widths(2), 0.005 / spread_of(values).width, 1e-12);
  EXPECT_NEAR(r1.all.ideal_data_share(2), 1 / (1 + std::pow(r1.all.in_widths(2), 2)), 1e-15);
  EXPECT_NEAR(r1.guess, square / 1e-4, 1e-9 * square / 1e-4);  // equal bounds: the mean is the best guess
  EXPECT_EQ(encoding.fingerprints, 20u);
}

TEST(Encoding, FingerprintsBelongToTheClassThatMakesThemLikely) {
  physics::Prior prior;
  prior.t1_model = physics::T1Model::separate;
  const auto fixed = [](double value) {
    return physics::Marginal{physics::Marginal::Kind::fixed, value, 0, value, value, false};
  };
  physics::TissueClass brain;
  brain.name = "brain";
  brain.weight = 9;
  for (auto& marginal : brain.marginal) marginal = fixed(0.1);
  brain.marginal[7] = fixed(1);
  physics::TissueClass fluid = brain;
  fluid.name = "fluid";
  fluid.weight = 1;
  brain.marginal[1] = {physics::Marginal::Kind::gaussian, 1.5, 0.3, 0.5, 4, true};  // T1 in s
  fluid.marginal[1] = {physics::Marginal::Kind::uniform, 0, 0, 0.2, 0.5, false};    // R1 in 1/s: T1 from 2 to 5 s
  prior.classes = {brain, fluid};
  const auto class_of = [&](double t1_s) {
    return most_likely_class(prior, physics::Tissue::from_values({0.1, 1 / t1_s, 0.1, 0.1, 0.1, 0.1, 0.1, 1}));
  };
  EXPECT_EQ(class_of(1.5), 0u);
  EXPECT_EQ(class_of(4.5), 1u);  // beyond brain's end
  EXPECT_EQ(class_of(3.9), 1u);  // eight standard deviations
  EXPECT_EQ(class_of(2.1), 0u);  // two standard deviations, and nine times as many
}

}  // namespace
}  // namespace crbrt::evaluation
