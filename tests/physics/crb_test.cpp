// SPDX-License-Identifier: Apache-2.0
// The bound against hand-computed cases, its scaling, and its refusals.
#include "physics/crb.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <array>
#include <cmath>
#include <vector>

#include "physics/simulator.h"
#include "tests/physics/short_train.h"

namespace crbrt::physics {
namespace {

// Random signal and Jacobian: F built and inverted directly, well conditioned, so 1e-10 covers the inversion.
TEST(Crb, EqualsTheInverseFisherMatrix) {
  const Eigen::VectorXcd s = Eigen::VectorXcd::Random(20);
  const Eigen::MatrixXcd j = Eigen::MatrixXcd::Random(20, n_parameter);
  Eigen::MatrixXcd full(20, 2 + n_parameter);
  full << s, std::complex<double>(0, 1) * s, j;
  const Eigen::VectorXd expected = (full.adjoint() * full).real().inverse().diagonal();
  const Bounds b = cramer_rao_bound(s, j, T1Model::separate);
  ASSERT_EQ(b.crb.size(), 8);
  EXPECT_NEAR(b.m0_crb_real / expected[0], 1, 1e-10);
  EXPECT_NEAR(b.m0_crb_imag / expected[1], 1, 1e-10);
  for (int p = 0; p < 8; ++p) EXPECT_NEAR(b.crb[p] / expected[p + 2], 1, 1e-10);
}

TEST(Crb, ApparentT1MovesBothRates) {
  const Eigen::VectorXcd s = Eigen::VectorXcd::Random(20);
  const Eigen::MatrixXcd j = Eigen::MatrixXcd::Random(20, n_parameter);
  Eigen::MatrixXcd full(20, 9);
  full << s, std::complex<double>(0, 1) * s, j.col(0), j.col(1) + j.col(4), j.col(2), j.col(3), j.rightCols(3);
  const Eigen::VectorXd expected = (full.adjoint() * full).real().inverse().diagonal();
  const Bounds b = cramer_rao_bound(s, j, T1Model::apparent);
  ASSERT_EQ(b.crb.size(), 7);
  EXPECT_EQ(bound_names(T1Model::apparent)[1], "r1_apparent_hz");
  for (int p = 0; p < 7; ++p) EXPECT_NEAR(b.crb[p] / expected[p + 2], 1, 1e-10);
}

TEST(Crb, DoesNotDependOnThePhaseOfM0) {
  const auto tissues = tests::brain_tissues();
  Signals s, j;
  Simulator(tests::short_train(120), TissueDomain::of(tissues)).simulate(tissues, s, j);
  const std::complex<double> phase = std::polar(1.0, 0.7);
  const Bounds a = cramer_rao_bound(s.col(0), j.leftCols(8), T1Model::separate);
  const Bounds b = cramer_rao_bound(phase * s.col(0), phase * j.leftCols(8), T1Model::separate);
  // Rotating all data is orthogonal; conditions of 1e4 to 1e6 amplify rounding.
  for (int p = 0; p < 8; ++p) EXPECT_NEAR(b.crb[p] / a.crb[p], 1, 1e-8);
  EXPECT_NEAR(b.signal_per_m0_crb / a.signal_per_m0_crb, 1, 1e-8);
  EXPECT_LT(a.condition, 1e10);
}

TEST(Crb, HasNoBoundForAParameterThatDoesNothing) {
  const Eigen::VectorXcd s = Eigen::VectorXcd::Random(20);
  Eigen::MatrixXcd j = Eigen::MatrixXcd::Random(20, n_parameter);
  j.col(3).setZero();
  const Bounds b = cramer_rao_bound(s, j, T1Model::separate);
  EXPECT_TRUE(std::isinf(b.crb[0]) && std::isinf(b.condition) && std::isinf(b.signal_per_m0_crb));
  const Bounds zero = cramer_rao_bound(Eigen::VectorXcd::Zero(20), Eigen::MatrixXcd::Zero(20, 8), T1Model::separate);
  EXPECT_TRUE(std::isinf(zero.crb[5]) && std::isinf(zero.signal_per_m0_crb));
}

TEST(Crb, NeedsAtLeastAsManyNumbersAsUnknowns) {
  const Bounds b = cramer_rao_bound(Eigen::VectorXcd::Random(4), Eigen::MatrixXcd::Random(4, 8), T1Model::separate);
  EXPECT_TRUE(std::isinf(b.crb[0]) && std::isinf(b.signal_per_m0_crb));
}

// s = 3 e0; parameter p moves the signal along e(p+1) and two of them along s as well. Beside an unknown M0 only e(p+1) counts:
// C is diagonal with 1 / beta^2, and h = ||s|| moves with the parts alpha along s: alpha_0^2 / beta_0^2 + alpha_2^2 / beta_2^2.
// The condition is below 20: rounding of 2e-16 times that, of a few terms.
TEST(CrbOfTheSignalNorm, EqualsTheHandMadeCase) {
  Eigen::VectorXcd s = Eigen::VectorXcd::Zero(12);
  s[0] = 3;
  Eigen::MatrixXcd j = Eigen::MatrixXcd::Zero(12, n_parameter);
  for (Eigen::Index p = 0; p < 8; ++p) j(p + 1, p) = 1;
  j(0, 0) = 1.5, j(1, 0) = 2;
  j(0, 2) = -3, j(3, 2) = 0.5;
  j(0, 5) = std::complex<double>(0, 4);  // turns the signal, and leaves its norm
  const Bounds b = cramer_rao_bound(s, j, T1Model::separate);
  EXPECT_LT(b.condition, 20);
  EXPECT_NEAR(b.signal_per_m0_crb, 1.5 * 1.5 / 4 + 3 * 3 / 0.25, 1e-12);
}

/// The bound of h as an unknown in the place of parameter q: f_h = f_q / g_q, and f_p - f_q g_p / g_q for the others.
double bound_as_an_unknown(const Eigen::VectorXcd& s, const Eigen::MatrixXcd& j, T1Model model, double& condition) {
  Eigen::MatrixXd columns = real_unknowns(s, j, model);
  const Eigen::Index n = columns.cols() - 2;
  const Eigen::VectorXd g = columns.rightCols(n).transpose() * columns.col(0) / columns.col(0).norm();
  const Eigen::VectorXd size = columns.rightCols(n).colwise().norm();
  Eigen::Index q = 0;
  g.cwiseQuotient(size).cwiseAbs().maxCoeff(&q);
  const Eigen::VectorXd replaced = columns.col(2 + q) / g[q];
  for (Eigen::Index p = 0; p < n; ++p) columns.col(2 + p) -= replaced * g[p];
  columns.col(2 + q) = replaced;
  const Eigen::MatrixXd scaled = columns * columns.colwise().norm().cwiseInverse().asDiagonal();
  const Eigen::VectorXd singular = scaled.jacobiSvd().singularValues();
  condition = singular[0] / singular[singular.size() - 1];
  return inverse_fisher(columns)(2 + q, 2 + q);
}

// Two ways to one number: each rounds by its condition times 2e-16, of sums of ten terms.
TEST(CrbOfTheSignalNorm, IsThatOfTheNormAsAnUnknown) {
  const auto tissues = tests::brain_tissues();
  Signals s, j;
  Simulator(tests::short_train(120), TissueDomain::of(tissues)).simulate(tissues, s, j);
  for (Eigen::Index t = 0; t < s.cols(); ++t)
    for (const T1Model model : {T1Model::apparent, T1Model::separate}) {
      const Eigen::MatrixXcd own = j.middleCols(t * n_parameter, n_parameter);
      const Bounds b = cramer_rao_bound(s.col(t), own, model);
      double condition = 0;
      const double expected = bound_as_an_unknown(s.col(t), own, model, condition);
      ASSERT_LT(condition, 1e10);
      EXPECT_NEAR(b.signal_per_m0_crb / expected, 1, 2 * 10 * 2.2e-16 * (b.condition + condition)) << t;
    }
}

// Block inversion of F: with F_MM = h^2 and F_Mp = h g_p the bound of Re M0 is 1 / h^2 + g^T C g / h^2.
TEST(CrbOfTheSignalNorm, IsWhatTheBoundOfM0HoldsBesideTheNoiseOfTheNorm) {
  const auto tissues = tests::brain_tissues();
  Signals s, j;
  Simulator(tests::short_train(120), TissueDomain::of(tissues)).simulate(tissues, s, j);
  for (Eigen::Index t = 0; t < s.cols(); ++t) {
    const Bounds b = cramer_rao_bound(s.col(t), j.middleCols(t * n_parameter, n_parameter), T1Model::apparent);
    const double h2 = s.col(t).squaredNorm();
    EXPECT_NEAR((1 + b.signal_per_m0_crb) / (h2 * b.m0_crb_real), 1, 2 * 10 * 2.2e-16 * b.condition) << t;
  }
}

// g by central differences of the simulated norm, with steps of d and 2 d of each parameter: their difference is three times
// the error of the smaller step, so taken as its error it leaves room for the next order; the simulator rounds at 1e-12, over
// d. sqrt(g^T C g) is a norm of g, so errors of g_p move it by at most their size times sqrt(C_pp).
TEST(CrbOfTheSignalNorm, IsThatOfDifferencesOfTheNorm) {
  const Tissue tissue = tests::brain_tissues()[0];
  const auto values = tissue.values();
  std::array<double, n_parameter> step;
  for (std::size_t p = 0; p < n_parameter; ++p) step[p] = 1e-4 * values[p];
  std::vector<Tissue> tissues{tissue};
  for (std::size_t p = 0; p < n_parameter; ++p)
    for (const double d : {-2.0, -1.0, 1.0, 2.0}) {
      auto moved = values;
      moved[p] += d * step[p];
      tissues.push_back(Tissue::from_values(moved));
    }
  Signals s, j;
  Simulator(tests::short_train(120), TissueDomain::of(tissues)).simulate(tissues, s, j);
  Eigen::VectorXd g(n_parameter), error(n_parameter);
  for (Eigen::Index p = 0; p < 8; ++p) {
    const auto norm = [&](Eigen::Index k) { return s.col(1 + 4 * p + k).norm(); };
    const double d = step[static_cast<std::size_t>(p)], wide = (norm(3) - norm(0)) / (4 * d);
    g[p] = (norm(2) - norm(1)) / (2 * d);
    error[p] = std::abs(wide - g[p]) + 1e-12 * s.col(0).norm() / d;
  }
  const Bounds b = cramer_rao_bound(s.col(0), j.leftCols(8), T1Model::separate);
  const Eigen::MatrixXd c = inverse_fisher(real_unknowns(s.col(0), j.leftCols(8), T1Model::separate)).bottomRightCorner(8, 8);
  const double tolerance = error.dot(c.diagonal().cwiseSqrt()), found = std::sqrt(b.signal_per_m0_crb);
  EXPECT_LT(tolerance, 0.1 * found) << "the test would see nothing";
  EXPECT_NEAR(found, std::sqrt(g.dot(c * g)), tolerance);
}

}  // namespace
}  // namespace crbrt::physics
