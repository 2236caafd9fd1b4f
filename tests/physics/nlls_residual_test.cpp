// SPDX-License-Identifier: Apache-2.0
// The cost of one voxel, its quadratic model, and the step inside a box that follows from it.
#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <vector>

#include "physics/counter_random.h"
#include "physics/crb.h"
#include "physics/nlls/box_step.h"
#include "physics/nlls/objective.h"
#include "tests/physics/nlls_fixture.h"

namespace crbrt::tests {
namespace {

using physics::FitRange;
using physics::LocalModel;
using physics::Objective;
using physics::PriorTerms;
using physics::Square;
using physics::T1Model;
using physics::Vector;

/// The problem of one short voxel whose data are another tissue, so that the residual is large.
struct Problem {
  explicit Problem(T1Model model) : range(physics::paper_fit_prior(train.sequence.tr_s), model) {
    const auto tissues = brain_tissues(2, model, 3);
    data = std::complex<double>(0.6, -0.8) * train.coefficients({tissues[1]}).col(0);
    data.normalize();
    x = range.to_scaled(tissues[0]);
  }

  LocalModel at(const Objective& objective, const Vector& point) const {
    physics::Signals c, jacobian;
    train.simulator.simulate_projected(std::vector{range.to_tissue(point.data())}, train.basis, c, jacobian);
    return objective.at(point, c.col(0), jacobian);
  }

  const ShortTrain& train = ShortTrain::get();
  FitRange range;
  Eigen::VectorXcd data;
  Vector x;
};

class ObjectiveGradient : public testing::TestWithParam<T1Model> {};

TEST_P(ObjectiveGradient, EqualsCentralDifferencesWithAndWithoutThePrior) {
  const Problem problem(GetParam());
  const PriorTerms terms(physics::paper_fit_prior(problem.train.sequence.tr_s), problem.range);
  for (const PriorTerms* prior : {static_cast<const PriorTerms*>(nullptr), &terms}) {
    const Objective objective(problem.range, problem.data, prior, 1e-4);
    const LocalModel here = problem.at(objective, problem.x);
    for (Eigen::Index u = 0; u < problem.x.size(); ++u) {
      const auto central = [&](double h) {
        Vector up = problem.x, down = problem.x;
        up[u] += h;
        down[u] -= h;
        return (problem.at(objective, up).cost - problem.at(objective, down).cost) / (up[u] - down[u]);
      };
      // The difference of two steps is three times the truncation error of the finer one; series end at 1e-14 a pulse, and 160
      // pulses leave 1.6e-12 of the cost, over h.
      const double coarse = central(1e-3), fine = central(5e-4),
                   tolerance = std::abs(coarse - fine) + 1.6e-12 * here.cost / 5e-4;
      EXPECT_LT(tolerance, 1e-3 * std::abs(fine)) << "unknown " << u << ": central differences are too coarse to judge";
      EXPECT_NEAR(here.gradient[u], fine, tolerance) << "unknown " << u;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Nlls, ObjectiveGradient, testing::Values(T1Model::apparent, T1Model::separate));

// Kaufman's product is the Schur complement of the full problem, so its inverse is the tissue block of that one's.
TEST(Objective, ItsCurvatureIsThatOfTheFullProblem) {
  const Problem problem(T1Model::apparent);
  const Objective objective(problem.range, problem.data, nullptr, 0);
  const LocalModel here = problem.at(objective, problem.x);
  physics::Signals c, jacobian;
  problem.train.simulator.simulate_projected(std::vector{problem.range.to_tissue(problem.x.data())}, problem.train.basis, c,
                                             jacobian);
  const auto bounds = physics::cramer_rao_bound(c.col(0), jacobian, problem.range.unknowns());
  const Square inverse = here.curvature.inverse();
  for (Eigen::Index u = 0; u < problem.x.size(); ++u) {
    const double scale = problem.range.scale(static_cast<std::size_t>(u));
    // The inverse of normal equations loses twice the digits of the condition of some 1e3: 1e-16 * 1e6 and a margin.
    EXPECT_NEAR(inverse(u, u) * scale * scale * std::norm(here.m0) / bounds.crb[u], 1, 1e-7) << "unknown " << u;
  }
}

TEST(Objective, M0IsTheBestOne) {
  const ShortTrain& train = ShortTrain::get();
  const Eigen::MatrixXcd c = train.coefficients(brain_tissues(2, T1Model::apparent, 4));
  const Eigen::VectorXcd data = c.col(1);
  const std::complex<double> m0 = physics::best_m0(c.col(0), data);
  const double least = (data - m0 * c.col(0)).squaredNorm();
  // A move of delta along any direction adds exactly |delta|^2 ||c||^2 to the squared norm.
  for (const std::complex<double> delta :
       {std::complex<double>(0.1, 0), std::complex<double>(0, 0.1), std::complex<double>(-0.05, 0.05)})
    EXPECT_NEAR((data - (m0 + delta) * c.col(0)).squaredNorm(), least + std::norm(delta) * c.col(0).squaredNorm(),
                1e-13 * data.squaredNorm());
  EXPECT_EQ(physics::best_m0(Eigen::VectorXcd::Zero(4), Eigen::VectorXcd::Ones(4)), 0.0);
}

/// Random problems: a curvature with a condition of about 1e4, a gradient, and walls near and far, some of them at 0.
struct BoxProblem {
  Square curvature;
  Vector gradient, low, high;

  explicit BoxProblem(std::uint64_t seed) {
    physics::CounterRandom random(seed, physics::Stream::tissue, 0);
    constexpr Eigen::Index n = 7;
    Square root(n, n);
    gradient.resize(n);
    low.resize(n);
    high.resize(n);
    for (double& value : root.reshaped()) value = random.normal();
    root.col(3) = root.col(2) + 0.01 * root.col(3);
    curvature = root.transpose() * root;
    for (Eigen::Index i = 0; i < n; ++i) {
      gradient[i] = random.normal();
      low[i] = random.uniform() < 0.2 ? 0 : -random.uniform();
      high[i] = random.uniform() < 0.2 ? 0 : random.uniform();
    }
  }
};

// The conditions of Karush, Kuhn and Tucker, which of a convex function only the minimum fulfils: the slope is 0 where the step
// is free, and points inwards at a wall. 1e-9 of the largest gradient is the condition times rounding, and a margin.
TEST(BoxStep, IsTheMinimumInTheBox) {
  int n_at_wall = 0, n_free = 0;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const BoxProblem p(seed);
    const Vector step = physics::box_step(p.curvature, p.gradient, p.low, p.high);
    const Vector slope = p.gradient + p.curvature * step;
    const double tolerance = 1e-9 * (p.gradient.cwiseAbs().maxCoeff() + 1);
    for (Eigen::Index i = 0; i < step.size(); ++i) {
      EXPECT_GE(step[i], p.low[i]);
      EXPECT_LE(step[i], p.high[i]);
      if (p.low[i] == p.high[i]) continue;
      const bool at_low = step[i] == p.low[i], at_high = step[i] == p.high[i];
      n_at_wall += at_low || at_high ? 1 : 0;
      n_free += at_low || at_high ? 0 : 1;
      EXPECT_TRUE(at_low || slope[i] <= tolerance) << "seed " << seed << " unknown " << i;
      EXPECT_TRUE(at_high || slope[i] >= -tolerance) << "seed " << seed << " unknown " << i;
    }
    EXPECT_GE(physics::promised_decrease(p.curvature, p.gradient, step), 0);
  }
  EXPECT_GT(n_at_wall, 500);
  EXPECT_GT(n_free, 500);
}

}  // namespace
}  // namespace crbrt::tests
