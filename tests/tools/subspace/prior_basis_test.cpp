// SPDX-License-Identifier: Apache-2.0
// Both kinds of basis are orthonormal; the one chosen for the bound keeps more of it.
#include "tools/subspace/basis.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "physics/io/sequence_io.h"
#include "tests/physics/short_train.h"

namespace crbrt::subspace {
namespace {

constexpr Eigen::Index rank = 9;

class PriorBasis : public testing::Test {
 protected:
  Eigen::MatrixXd make(BasisKind kind) const {
    return prior_basis(simulator_, prior_, prior_.t1_model, 1, 96, rank, kind, [](std::uint64_t) {});
  }
  std::vector<ReducedFingerprint> unseen(std::uint64_t n) const {
    std::vector<ReducedFingerprint> all;
    for (std::uint64_t i = 0; i < n; ++i) {
      physics::Signals s, j;
      simulator_.simulate(std::vector{prior_.draw(2, i)}, s, j);
      const auto bounds = physics::cramer_rao_bound(s.col(0), j, prior_.t1_model);
      if (bounds.condition < 1e8) all.push_back({physics::real_unknowns(s.col(0), j, prior_.t1_model), bounds.crb});
    }
    return all;
  }

  physics::Prior prior_ = physics::read_prior(CRBRT_SOURCE_DIR "/models/priors/paper.json", 3.5e-3);
  physics::Simulator simulator_{tests::short_train(150), prior_.domain()};
};

TEST_F(PriorBasis, ColumnsAreOrthonormalOfBothKinds) {
  for (BasisKind kind : {BasisKind::svd, BasisKind::crb}) {
    const Eigen::MatrixXd u = make(kind);
    ASSERT_EQ(u.rows(), 150);
    ASSERT_EQ(u.cols(), rank);
    // A product of two orthonormal factors, each to a few eps per column.
    EXPECT_LT((u.transpose() * u - Eigen::MatrixXd::Identity(rank, rank)).norm(), 1e-12) << name(kind);
  }
}

TEST_F(PriorBasis, TheBoundIsKeptBetterThanByTheEnergy) {
  const auto fingerprints = unseen(64);
  const Eigen::Vector3d svd = typical_factors(fingerprints, make(BasisKind::svd));
  const Eigen::Vector3d crb = typical_factors(fingerprints, make(BasisKind::crb));
  EXPECT_LT(crb.maxCoeff(), svd.maxCoeff() / 1.1) << "crb: " << crb.transpose() << " svd: " << svd.transpose();
  EXPECT_GT(crb.minCoeff(), 1);  // no subspace adds information
}

TEST_F(PriorBasis, CoefficientsOfTheBoundKindComeStrongestFirst) {
  const Eigen::MatrixXd u = make(BasisKind::crb);
  Eigen::VectorXd energy = Eigen::VectorXd::Zero(rank);
  for (const ReducedFingerprint& f : unseen(64))
    for (const auto& part : {f.columns.col(0).head(150), f.columns.col(0).tail(150)})
      energy += (u.transpose() * part).cwiseAbs2();
  Eigen::Index strongest = 0;
  energy.maxCoeff(&strongest);
  EXPECT_EQ(strongest, 0);
  EXPECT_GT(energy[0], 0.5 * energy.sum());
}

TEST_F(PriorBasis, DoesNotDependOnAnythingButItsArguments) { EXPECT_EQ(make(BasisKind::crb), make(BasisKind::crb)); }

TEST_F(PriorBasis, RefusesARankBeyondTheFrames) {
  EXPECT_THROW(prior_basis(simulator_, prior_, prior_.t1_model, 1, 96, 151, BasisKind::crb, [](std::uint64_t) {}),
               std::invalid_argument);
}

TEST_F(PriorBasis, SlopeOfTheLostInformationEqualsCentralDifferences) {
  auto fingerprints = unseen(12);
  const Eigen::MatrixXd u = make(BasisKind::svd);
  Eigen::MatrixXd slope;
  lost_information(fingerprints, u, slope);
  // The slope is of a function of orthonormal columns: along a rotation towards a direction d outside their span.
  Eigen::VectorXd d = Eigen::VectorXd::LinSpaced(150, -1, 1).array().sin();
  d -= u * (u.transpose() * d);
  d.normalize();
  for (Eigen::Index c : {Eigen::Index{0}, rank - 1}) {
    const auto at = [&](double angle) {
      Eigen::MatrixXd turned = u;
      turned.col(c) = std::cos(angle) * u.col(c) + std::sin(angle) * d;
      return lost_information(fingerprints, turned);
    };
    const double h = 1e-4, numeric = (4 * (at(h / 2) - at(-h / 2)) / h - (at(h) - at(-h)) / (2 * h)) / 3;
    // Fourth order: h^4 times high derivatives; rounding: 1e-12 (condition of the bounds) over h.
    EXPECT_NEAR(slope.col(c).dot(d), numeric, 1e-6 * slope.col(c).norm() + 1e-8) << "column " << c;
  }
}

}  // namespace
}  // namespace crbrt::subspace
