// SPDX-License-Identifier: Apache-2.0
// Every analytic derivative against central differences.
#include <gtest/gtest.h>

#include "physics/simulator.h"
#include "tests/physics/short_train.h"

namespace crbrt::physics {
namespace {

class Gradient : public testing::TestWithParam<std::size_t> {};

// Two central differences (steps h and h/2) combined to fourth order: with h = 2e-3 of the parameter's size the truncation
// is of order h^4 = 2e-11, times condition factors of a few hundred. Rounding is that of a magnetisation of 1, some 5e-15
// after 50 pulses in a periodic state, so 4e-14 in the norm of 50 echoes, over h: it counts for T2s, on which they hardly
// depend.
TEST_P(Gradient, EqualsCentralDifferences) {
  const std::size_t p = GetParam();
  const auto tissues = tests::brain_tissues();
  TissueDomain domain = TissueDomain::of(tissues);
  domain.t2_semi_min_s *= 0.98;
  domain.t2_semi_max_s *= 1.02;
  domain.b1_max_rel *= 1.02;
  Sequence sequence = tests::short_train(50);
  sequence.cycles[0].alpha_rad[20] = 0;  // a silent pulse takes another path
  const Simulator simulator(sequence, domain);
  Signals s, jacobian;
  simulator.simulate(tissues, s, jacobian);
  const auto difference = [&](std::size_t t, double h) {
    auto low = tissues[t].values(), high = low;
    low[p] -= h;
    high[p] += h;
    Signals both;
    simulator.simulate(std::vector{Tissue::from_values(low), Tissue::from_values(high)}, both);
    return Eigen::VectorXcd((both.col(1) - both.col(0)) / (2 * h));
  };
  for (std::size_t t = 0; t < tissues.size(); ++t) {
    const double size = p == 6 ? 300.0 : tissues[t].values()[p], h = 2e-3 * size;
    const Eigen::VectorXcd numeric = (4 * difference(t, h / 2) - difference(t, h)) / 3;
    const Eigen::VectorXcd analytic = jacobian.col(static_cast<Eigen::Index>(t * n_parameter + p));
    EXPECT_GT(analytic.norm(), 0);
    const double rounding = 4e-14 / h;
    EXPECT_LT((numeric - analytic).norm(), 1e-7 * analytic.norm() + rounding) << "tissue " << t;
  }
}

INSTANTIATE_TEST_SUITE_P(AllParameters, Gradient, testing::Range<std::size_t>(0, n_parameter),
                         [](const auto& p) { return std::string(name(static_cast<Parameter>(p.param))); });

}  // namespace
}  // namespace crbrt::physics
