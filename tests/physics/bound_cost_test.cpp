// SPDX-License-Identifier: Apache-2.0
// Slopes of a weighted bound, and the directions of efficient estimators.
#include "physics/crb.h"

#include <gtest/gtest.h>

#include "physics/simulator.h"
#include "tests/physics/short_train.h"

namespace crbrt::physics {
namespace {

struct Fingerprint {
  Eigen::VectorXcd signal;
  Eigen::MatrixXcd jacobian;  // columns of unit norm: the slopes are then of like size
};

Fingerprint fingerprint() {
  const auto tissues = tests::brain_tissues();
  Signals s, j;
  Simulator(tests::short_train(150), TissueDomain::of(tissues)).simulate(std::span(tissues).first(1), s, j);
  j.colwise().normalize();
  return {s.col(0).normalized(), j};
}

class BoundCostOf : public testing::TestWithParam<T1Model> {};

TEST_P(BoundCostOf, SlopesEqualCentralDifferences) {
  const Fingerprint f = fingerprint();
  const auto n_bound = static_cast<Eigen::Index>(bound_names(GetParam()).size());
  const Eigen::VectorXd weight = Eigen::VectorXd::LinSpaced(n_bound, 0.5, 2);
  const BoundCost cost = bound_cost(f.signal, f.jacobian, GetParam(), weight);
  EXPECT_NEAR(cost.cost, weight.dot(cramer_rao_bound(f.signal, f.jacobian, GetParam()).crb), 1e-12 * cost.cost);
  const auto numeric = [&](auto move) {
    const auto central = [&](double h) {
      double values[2];
      for (int sign : {0, 1}) {
        Fingerprint moved = f;
        move(moved, sign == 0 ? h : -h);
        values[sign] = bound_cost(moved.signal, moved.jacobian, GetParam(), weight).cost;
      }
      return (values[0] - values[1]) / (2 * h);
    };
    return (4 * central(5e-6) - central(1e-5)) / 3;
  };
  const double size = std::max(cost.signal.cwiseAbs().maxCoeff(), cost.jacobian.cwiseAbs().maxCoeff());
  // Steps of 1e-5 against singular values of J above 1e-3: truncation (1e-2)^4 = 1e-8; rounding 1e-11 of the cost over the
  // step.
  for (Eigen::Index k : {3, 70, 149}) {
    const double re = numeric([k](Fingerprint& m, double h) { m.signal[k] += h; });
    const double im = numeric([k](Fingerprint& m, double h) { m.signal[k] += std::complex<double>(0, h); });
    EXPECT_NEAR(cost.signal[k].real(), re, 1e-5 * size);
    EXPECT_NEAR(cost.signal[k].imag(), im, 1e-5 * size);
    for (Eigen::Index p : {0, 1, 4, 7}) {
      const double of_p = numeric([k, p](Fingerprint& m, double h) { m.jacobian(k, p) += h; });
      EXPECT_NEAR(cost.jacobian(k, p).real(), of_p, 1e-5 * size) << "echo " << k << " parameter " << p;
    }
  }
}

TEST_P(BoundCostOf, EfficientDirectionsSeeTheirParameterAloneAndHaveTheNormOfTheBound) {
  const Fingerprint f = fingerprint();
  const Eigen::MatrixXcd w = efficient_directions(f.signal, f.jacobian, GetParam());
  const Eigen::VectorXd crb = cramer_rao_bound(f.signal, f.jacobian, GetParam()).crb;
  const Eigen::MatrixXd j = real_unknowns(f.signal, f.jacobian, GetParam());
  for (Eigen::Index i = 0; i < crb.size(); ++i) {
    EXPECT_NEAR(w.col(i).squaredNorm(), crb[i], 1e-8 * crb[i]);
    Eigen::VectorXd real(2 * w.rows());
    real << w.col(i).real(), w.col(i).imag();
    EXPECT_LT((j.transpose() * real - Eigen::VectorXd::Unit(j.cols(), 2 + i)).norm(), 1e-8) << "unknown " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(BothT1Models, BoundCostOf, testing::Values(T1Model::apparent, T1Model::separate),
                         [](const auto& p) { return std::string(name(p.param)); });

}  // namespace
}  // namespace crbrt::physics
