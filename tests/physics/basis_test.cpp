// SPDX-License-Identifier: Apache-2.0
// The basis is the real SVD of real and imaginary parts side by side.
#include "physics/basis.h"
#include "physics/basis_builder.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <stdexcept>

#include "physics/simulator.h"
#include "tests/physics/short_train.h"

namespace crbrt::physics {
namespace {

Signals training_signals() {
  std::vector<Tissue> tissues;
  for (const Tissue& t : tests::brain_tissues())
    for (double scale : {0.8, 1.0, 1.25}) {
      Tissue changed = t;
      changed.r1_free_hz *= scale;
      changed.r2_free_hz *= 2 - scale;
      changed.omega0_rad_s *= scale;
      tissues.push_back(changed);
    }
  Signals s;
  Simulator(tests::short_train(60), TissueDomain::of(tissues)).simulate(tissues, s);
  return s;
}

TEST(Basis, SpansTheLeadingSingularVectors) {
  const Signals s = training_signals();
  BasisBuilder builder(s.rows());
  builder.add(s.leftCols(7));
  builder.add(s.rightCols(s.cols() - 7));
  const Eigen::MatrixXd basis = builder.basis(5);
  Eigen::MatrixXd parts(s.rows(), 2 * s.cols());
  parts << s.real(), s.imag();
  const Eigen::MatrixXd u = parts.jacobiSvd(Eigen::ComputeThinU).matrixU().leftCols(5);
  EXPECT_LT((basis.transpose() * basis - Eigen::MatrixXd::Identity(5, 5)).norm(), 1e-12);
  // The Gram matrix squares the condition: vectors of a singular value sigma_5 are good to eps (sigma_1 / sigma_5)^2.
  EXPECT_LT((basis * basis.transpose() - u * u.transpose()).norm(), 1e-8);
  for (int j = 0; j < 5; ++j) EXPECT_NEAR(std::abs(basis.col(j).dot(u.col(j))), 1, 1e-8);
}

TEST(Basis, HasAFixedSignAndHash) {
  const Signals s = training_signals();
  BasisBuilder plus(s.rows()), minus(s.rows());
  plus.add(s);
  minus.add(-s);
  EXPECT_EQ(sha256_of(plus.basis(4)), sha256_of(minus.basis(4)));
  EXPECT_NE(sha256_of(plus.basis(4)), sha256_of(plus.basis(3)));
}

TEST(Basis, RefusesMoreVectorsThanWereAdded) {
  BasisBuilder builder(60);
  builder.add(Eigen::MatrixXcd::Random(60, 2));
  EXPECT_NO_THROW(builder.basis(4));
  EXPECT_THROW(builder.basis(5), std::invalid_argument);
  EXPECT_THROW(builder.basis(0), std::invalid_argument);
}

}  // namespace
}  // namespace crbrt::physics
