// SPDX-License-Identifier: Apache-2.0
// The backward sweep against differences, and its forward part against the simulator.
#include "physics/design/adjoint.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/physics/short_train.h"

namespace crbrt::physics {
namespace {

constexpr double tr_s = 3.5e-3;

Cycle train() {
  Cycle cycle = tests::short_train(60).cycles[0];
  cycle.alpha_rad[20] = 0;     // a silent pulse
  cycle.alpha_rad[21] = 1e-4;  // and one close to it
  return cycle;
}

std::vector<Tissue> tissues() {
  auto all = tests::brain_tissues();
  all.resize(4);
  all[2].omega0_rad_s = 50;  // without off-resonance B1 and M0 are hard to tell apart in so short a train
  return all;
}

AdjointTables tables() { return AdjointTables(PulseDomain{}, TissueDomain::of(tissues())); }

/// A cost that mixes every echo and derivative with fixed pseudo-random weights.
struct LinearCost {
  Signals signal_seeds, jacobian_seeds;
  explicit LinearCost(Eigen::Index n_pulse, Eigen::Index n_tissue)
      : signal_seeds(n_pulse, n_tissue), jacobian_seeds(n_pulse, n_tissue * 8) {
    const double size[] = {0.1, 1, 10, 10, 1, 1e-5, 100, 1};
    for (Eigen::Index i = 0; i < signal_seeds.size(); ++i)
      signal_seeds.data()[i] = {std::sin(1.0 + 3.1 * double(i)), std::cos(2.7 * double(i))};
    for (Eigen::Index c = 0; c < jacobian_seeds.cols(); ++c)
      for (Eigen::Index k = 0; k < n_pulse; ++k)
        jacobian_seeds(k, c) =
            size[c % 8] * std::complex<double>(std::sin(0.3 + 1.7 * double(k + 7 * c)), std::cos(2.3 * double(k + 5 * c)));
  }
  double value(const Signals& s, const Signals& j) const {
    return (s.array() * signal_seeds.array().conjugate()).sum().real() +
           (j.array() * jacobian_seeds.array().conjugate()).sum().real();
  }
};

TEST(Adjoint, ForwardEqualsTheSimulator) {
  const auto t = tissues();
  Signals s, j, s_expected, j_expected;
  AdjointCycle(tables(), train(), tr_s, t).forward(s, j);
  Simulator({"", tr_s, {train()}}, TissueDomain::of(t)).simulate(t, s_expected, j_expected);
  // The tables cover different ranges, each good to 1e-10 in R2sl TRF, and derivatives of a table lose two digits.
  EXPECT_LT((s - s_expected).norm(), 1e-9 * s_expected.norm());
  for (Eigen::Index c = 0; c < j.cols(); ++c)
    EXPECT_LT((j.col(c) - j_expected.col(c)).norm(), 1e-7 * j_expected.col(c).norm()) << "column " << c;
}

template <class Cost>
double numeric_slope(const AdjointTables& made, const std::vector<Tissue>& t, std::size_t pulse, bool of_alpha, double h,
                     const Cost& cost) {
  const auto at = [&](double step) {
    Cycle moved = train();
    (of_alpha ? moved.alpha_rad : moved.trf_s)[pulse] += step;
    Signals s, j;
    AdjointCycle(made, moved, tr_s, t).forward(s, j);
    return cost(s, j);
  };
  const auto central = [&](double step) { return (at(step) - at(-step)) / (2 * step); };
  return (4 * central(h / 2) - central(h)) / 3;
}

// Fourth-order differences with a step of 1e-3 of the angle's or duration's scale: truncation of order 1e-12, rounding 1e-13 of
// the cost over the step, 1e-10; against the largest slope of the train that is far below 1e-7.
TEST(Adjoint, SlopesEqualCentralDifferences) {
  const auto made = tables();
  const auto t = tissues();
  const LinearCost cost(60, 4);
  const auto value = [&](const Signals& s, const Signals& j) { return cost.value(s, j); };
  Signals s, j;
  AdjointCycle cycle(made, train(), tr_s, t);
  cycle.forward(s, j);
  const PulseSlopes slopes = cycle.backward(cost.signal_seeds, cost.jacobian_seeds);
  EXPECT_EQ(slopes.alpha[0], 0);
  EXPECT_EQ(slopes.trf[0], 0);
  for (std::size_t k : {1u, 2u, 15u, 21u, 22u, 40u, 58u, 59u}) {
    const double of_alpha = k == 21 ? 5e-5 : 1e-3;
    EXPECT_NEAR(slopes.alpha[Eigen::Index(k)], numeric_slope(made, t, k, true, of_alpha, value),
                1e-7 * slopes.alpha.cwiseAbs().maxCoeff())
        << "pulse " << k;
    EXPECT_NEAR(slopes.trf[Eigen::Index(k)], numeric_slope(made, t, k, false, 2e-7, value),
                1e-7 * slopes.trf.cwiseAbs().maxCoeff())
        << "pulse " << k;
  }
}

// Echo 0 and its derivatives reach the pulses through the fixed point of the cycle alone.
TEST(Adjoint, ThePeriodicStatePassesSlopesBack) {
  const auto made = tables();
  const auto t = tissues();
  LinearCost cost(60, 4);
  cost.signal_seeds.bottomRows(59).setZero();
  cost.jacobian_seeds.bottomRows(59).setZero();
  Signals s, j;
  AdjointCycle cycle(made, train(), tr_s, t);
  cycle.forward(s, j);
  const PulseSlopes slopes = cycle.backward(cost.signal_seeds, cost.jacobian_seeds);
  for (std::size_t k : {1u, 30u, 59u}) {
    const double expected =
        numeric_slope(made, t, k, true, 1e-3, [&](const Signals& a, const Signals& b) { return cost.value(a, b); });
    EXPECT_GT(std::abs(expected), 1e-4 * slopes.alpha.cwiseAbs().maxCoeff());
    EXPECT_NEAR(slopes.alpha[Eigen::Index(k)], expected, 1e-7 * slopes.alpha.cwiseAbs().maxCoeff()) << "pulse " << k;
  }
}

}  // namespace
}  // namespace crbrt::physics
