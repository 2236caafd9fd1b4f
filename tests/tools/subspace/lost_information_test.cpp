// SPDX-License-Identifier: Apache-2.0
// The objective of the basis chosen for the bound, against values computed by hand.
#include "tools/subspace/basis.h"

#include <gtest/gtest.h>

#include <cmath>

#include "physics/crb.h"

namespace crbrt::subspace {
namespace {

constexpr Eigen::Index n = 6, n_unknown = 9;

/// Fingerprints whose bounds before compression are those in the whole space: every factor is 1 there.
std::vector<ReducedFingerprint> fingerprints(std::size_t count) {
  std::vector<ReducedFingerprint> all;
  for (std::size_t t = 0; t < count; ++t) {
    ReducedFingerprint f{Eigen::MatrixXd(2 * n, n_unknown), {}};
    for (Eigen::Index k = 0; k < f.columns.size(); ++k)
      f.columns.data()[k] = std::cos(1.7 * static_cast<double>(k * k) + static_cast<double>(t));
    f.crb = physics::inverse_fisher(f.columns).diagonal().tail(n_unknown - 2);
    all.push_back(f);
  }
  return all;
}

const Eigen::MatrixXd whole = Eigen::MatrixXd::Identity(n, n);

// All values here are sums of few exact terms; the median is found to 60 halvings: 1e-12 leaves a hundredfold.
constexpr double tolerance = 1e-12;

TEST(LostInformation, FactorsAreThoseOfTheStandardDeviation) {
  auto all = fingerprints(5);
  EXPECT_NEAR((typical_factors(all, whole) - Eigen::Vector3d(1, 1, 1)).norm(), 0, tolerance);
  for (ReducedFingerprint& f : all) f.crb[2] /= 4;
  EXPECT_NEAR((typical_factors(all, whole) - Eigen::Vector3d(1, 1, 2)).norm(), 0, tolerance);
}

TEST(LostInformation, BeyondTheToleratedFactorALossCountsInFullAndBelowATenth) {
  auto all = fingerprints(5);
  for (ReducedFingerprint& f : all) f.crb[2] /= 4;
  const double below = 2 * 0.02 * std::log1p(std::exp(-12.0)), beyond = 2 - 1.24;  // (1 - 1.24) / 0.02 = -12
  EXPECT_NEAR(lost_information(all, whole), 0.1 * (1 + 1 + 2) + below + beyond, tolerance);
}

TEST(LostInformation, AFingerprintThatLosesAllCountsAsOneAboveTheMedian) {
  auto all = fingerprints(9);
  all[4].crb *= 1e-12;
  // Eight at 0, one far above: (8 logistic(-R / h) + 1) / 9 = 1/2, so R = h ln(4.5 / 3.5), and the factor is its root.
  const double factor = std::pow(4.5 / 3.5, 0.1 / 2);
  EXPECT_NEAR((typical_factors(all, whole) - Eigen::Vector3d::Constant(factor)).norm(), 0, tolerance);
}

TEST(LostInformation, TheSearchFindsASubspaceThatLosesNothing) {
  // Only the first five coordinates hold anything; the start holds mostly the empty sixth instead of the fifth.
  auto all = fingerprints(3);
  for (ReducedFingerprint& f : all) {
    f.columns.row(n - 1).setZero();
    f.columns.row(2 * n - 1).setZero();
    f.crb = physics::inverse_fisher(f.columns).diagonal().tail(n_unknown - 2);
  }
  Eigen::MatrixXd start = whole.leftCols(5);
  start.col(4) << 0, 0, 0, 0, 0.28, 0.96;
  EXPECT_GT(typical_factors(all, start).maxCoeff(), 1.01);
  // It ends when a step gains less than 1e-6 of the loss, at a minimum where the excess is quadratic: 1e-3 is far outside.
  EXPECT_NEAR(typical_factors(all, least_lost(all, start)).maxCoeff(), 1, 1e-3);
}

TEST(LostInformation, ASubspaceInWhichNoBoundExistsIsReturnedAsItIs) {
  const auto all = fingerprints(3);
  const Eigen::MatrixXd start = whole.leftCols(4), u = least_lost(all, start);  // 8 real rows for 9 unknowns
  EXPECT_LT((u * u.transpose() - start * start.transpose()).norm(), tolerance);
  EXPECT_TRUE(std::isfinite(lost_information(all, start)));
}

}  // namespace
}  // namespace crbrt::subspace
