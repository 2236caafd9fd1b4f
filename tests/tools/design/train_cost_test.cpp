// SPDX-License-Identifier: Apache-2.0
// Slopes of the cost by spline coefficients, through bounds, adjoint and formula, against differences.
#include "tools/design/train_cost.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/tools/design/design_fixture.h"
#include "tools/design/search.h"
#include "tools/design/shape.h"

namespace crbrt::design {
namespace {

/// Fourth order in the step.
template <class Function>
double numeric_slope(const Function& f, double h) {
  return (4 * (f(h / 2) - f(-h / 2)) / h - (f(h) - f(-h)) / (2 * h)) / 3;
}

class DesignTrainCost : public testing::Test, protected SmallProblem {
 protected:
  physics::Sequence train(const Shape& shape) const { return expand(shape, problem.limits, Durations::continuous); }
  Shape shape_ = random_shape(problem, 1, 0);
  TrainCost cost_{problem, 2};
};

// So short a train hardly tells its unknowns apart, and bounds change by themselves within a few hundredths of a radian: with
// steps of 3e-4 of that kind truncation is (1e-2)^4 = 1e-8; rounding is 1e-12 of the cost over the step, 1e-8.
TEST_F(DesignTrainCost, SlopesEqualCentralDifferencesInBothDomains) {
  for (const char* share : {"0", "0.3", "1"}) {
    const Problem mixed = read_problem(folder.file("mixed.json", small_problem_text(share)));
    const TrainCost cost(mixed, 1);
    const Eigen::MatrixXd basis = cost.basis_of(train(shape_), subspace::BasisKind::crb, 32);
    const TrainResult result = cost.evaluate(train(shape_), basis, true);
    const ShapeSlopes slopes = slopes_of_shape(shape_, mixed.limits, result.slopes);
    const double size = Eigen::Map<const Eigen::VectorXd>(slopes.alpha_rad.data(), 12).norm();
    for (std::size_t i : {std::size_t{0}, std::size_t{4}, std::size_t{11}}) {
      const auto moved = [&](double h) {
        Shape s = shape_;
        s.alpha_rad[i] += h;
        return cost.evaluate(train(s), basis, false).cost;
      };
      EXPECT_NEAR(slopes.alpha_rad[i], numeric_slope(moved, 3e-4), 1e-5 * size) << share << " alpha " << i;
    }
    for (std::size_t i : {std::size_t{0}, std::size_t{3}, std::size_t{5}}) {
      const auto moved = [&](double h) {
        Shape s = shape_;
        s.trf_s[i] *= std::exp(h);
        return cost.evaluate(train(s), basis, false).cost;
      };
      EXPECT_NEAR(slopes.log_trf[i], numeric_slope(moved, 3e-4), 1e-5 * size) << share << " trf " << i;
    }
  }
}

TEST_F(DesignTrainCost, IsTheWeightedSumOfTheRelativeBoundsOfTheSimulator) {
  const TrainResult result = cost_.evaluate(train(shape_), {}, false);
  const physics::Simulator simulator(train(shape_), problem.domain());
  double sum = 0;
  for (std::size_t t = 0; t < 2; ++t)
    for (std::size_t f = 0; f < 2; ++f) {
      physics::Signals s, j;
      simulator.simulate(std::vector{problem.point(t, f)}, s, j);
      const auto crb = physics::cramer_rao_bound(s.col(0), j, physics::T1Model::apparent).crb;
      const PerQuantity relative = problem.relative(t, f, crb);
      for (std::size_t q = 0; q < n_quantity; ++q) sum += problem.tissues[t].weight[q] * relative[q] / 2;
    }
  // Tables over other ranges: 1e-7 in derivatives (see adjoint_test), twice that in a bound, times its condition.
  EXPECT_NEAR(result.cost, sum, 1e-5 * sum);
}

TEST_F(DesignTrainCost, DoesNotDependOnThreads) {
  const TrainCost one(problem, 1);
  const TrainResult a = cost_.evaluate(train(shape_), {}, true), b = one.evaluate(train(shape_), {}, true);
  EXPECT_EQ(a.cost, b.cost);
  EXPECT_EQ(a.slopes.alpha, b.slopes.alpha);
}

TEST_F(DesignTrainCost, CompressionNeverLowersABound) {
  for (subspace::BasisKind kind : {subspace::BasisKind::svd, subspace::BasisKind::crb}) {
    const TrainResult result = cost_.evaluate(train(shape_), cost_.basis_of(train(shape_), kind, 32), false);
    for (std::size_t t = 0; t < 2; ++t)
      for (std::size_t q = 0; q < n_quantity; ++q)
        EXPECT_GE(result.compressed.relative[t][q], result.time.relative[t][q] * (1 - 1e-9));
  }
}

}  // namespace
}  // namespace crbrt::design
