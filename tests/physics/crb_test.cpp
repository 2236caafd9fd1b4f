// The bound against hand-computed cases, its scaling, and its refusals.
#include "physics/crb.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

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
  EXPECT_LT(a.condition, 1e10);
}

TEST(Crb, HasNoBoundForAParameterThatDoesNothing) {
  const Eigen::VectorXcd s = Eigen::VectorXcd::Random(20);
  Eigen::MatrixXcd j = Eigen::MatrixXcd::Random(20, n_parameter);
  j.col(3).setZero();
  const Bounds b = cramer_rao_bound(s, j, T1Model::separate);
  EXPECT_TRUE(std::isinf(b.crb[0]) && std::isinf(b.condition));
  const Bounds zero = cramer_rao_bound(Eigen::VectorXcd::Zero(20), Eigen::MatrixXcd::Zero(20, 8), T1Model::separate);
  EXPECT_TRUE(std::isinf(zero.crb[5]));
}

TEST(Crb, NeedsAtLeastAsManyNumbersAsUnknowns) {
  const Bounds b = cramer_rao_bound(Eigen::VectorXcd::Random(4), Eigen::MatrixXcd::Random(4, 8), T1Model::separate);
  EXPECT_TRUE(std::isinf(b.crb[0]));
}

}  // namespace
}  // namespace crbrt::physics
