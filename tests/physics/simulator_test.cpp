// SPDX-License-Identifier: Apache-2.0
// The simulator against the slow integrator, against closed forms, and against itself.
#include "physics/simulator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/physics/short_train.h"
#include "tests/physics/slow_integrator.h"

namespace crbrt::physics {
namespace {

TEST(Simulator, EqualsTheSlowIntegrator) {
  const Sequence sequence = tests::short_train(40);
  const auto tissues = tests::brain_tissues();
  Signals signals;
  Simulator(sequence, TissueDomain::of(tissues)).simulate(tissues, signals);
  for (std::size_t t = 0; t < tissues.size(); ++t) {
    const auto slow = tests::slow_signal(sequence.cycles[0], sequence.tr_s, tissues[t]);
    // The slow integrator's own error is about 1e-8 (its header); 1e-6 of the largest echo is the agreement we promise.
    const double scale = signals.col(t).cwiseAbs().maxCoeff();
    for (std::size_t k = 0; k < slow.size(); ++k) EXPECT_LT(std::abs(signals(k, t) - slow[k]), 1e-6 * scale) << t << ' ' << k;
  }
}

// Without exchange and semi-solid pool, one exciting pulse per cycle leaves Bloch equations that a few lines of textbook
// rotations iterate to their periodic state.
TEST(Simulator, WithoutSemisolidPoolItIsTheBlochEquation) {
  constexpr double tr = 5e-3, trf = 1e-4, alpha = 0.5, r1 = 1.0, r2 = 10.0;
  const Sequence sequence{"recovery", tr, {Cycle{{std::numbers::pi, 0, 0, alpha}, {5e-4, trf, trf, trf}}}};
  Signals s;
  Simulator(sequence, {1e-5, 1e-5, 1}).simulate(std::vector{Tissue{0, r1, r2, 0, r1, 1e-5, 0, 1}}, s);
  double x = 0, z = 1, echo[4] = {};
  const auto relax = [&](double time) {
    x *= std::exp(-r2 * time);
    z = 1 - (1 - z) * std::exp(-r1 * time);
  };
  for (int repetition = 0; repetition < 2000; ++repetition) {
    echo[0] = x;
    for (int k = 1; k < 4; ++k) {
      relax(tr / 2);
      x = -x;
      if (k == 3) {
        const double before = x;
        x = std::cos(alpha) * before + std::sin(alpha) * z;
        z = std::cos(alpha) * z - std::sin(alpha) * before;
      }
      relax(tr / 2);
      echo[k] = x;
    }
    relax(tr / 2);
    x = -x;
    z = -z;  // theta = pi: diag(1, -1, -1)
    relax(tr / 2);
  }
  // Relaxation acts during the real pulse: its order matters by alpha r2 trf = 5e-4 relative at most.
  for (int k = 0; k < 4; ++k) EXPECT_NEAR(s(k, 0).real(), echo[k], 5e-4 * std::abs(echo[3])) << k;
  EXPECT_GT(std::abs(echo[3]), 0.01);
}

TEST(Simulator, ConjugatesWithTheSignOfOffResonance) {
  Tissue plus = tests::brain_tissues()[0], minus = plus;
  minus.omega0_rad_s = -plus.omega0_rad_s;
  const std::vector<Tissue> tissues{plus, minus};
  Signals s;
  Simulator(tests::short_train(60), TissueDomain::of(tissues)).simulate(tissues, s);
  // The same arithmetic with signs flipped: rounding alone.
  EXPECT_LT((s.col(0) - s.col(1).conjugate()).norm(), 1e-13 * s.col(0).norm());
}

// To the bit: among tissues like itself and among one whose rates need far longer series.
TEST(Simulator, AVoxelDoesNotDependOnItsNeighbours) {
  auto tissues = tests::brain_tissues();
  Tissue fast = tissues[0];
  fast.r2_free_hz = 2e4;
  fast.omega0_rad_s = 5e3;
  tissues.insert(tissues.begin() + 1, fast);
  const Simulator simulator(tests::short_train(60), TissueDomain::of(tissues));
  Signals together, together_jacobian, alone, alone_jacobian;
  simulator.simulate(tissues, together, together_jacobian);
  constexpr auto n = static_cast<Eigen::Index>(n_parameter);
  for (std::size_t t = 0; t < tissues.size(); ++t) {
    const auto column = static_cast<Eigen::Index>(t);
    simulator.simulate(std::vector{tissues[t]}, alone, alone_jacobian);
    EXPECT_EQ(alone.col(0), together.col(column)) << "tissue " << t;
    EXPECT_EQ(alone_jacobian, together_jacobian.middleCols(column * n, n)) << "tissue " << t;
  }
}

TEST(Simulator, CyclesAreIndependentAndConcatenated) {
  Sequence both = tests::short_train(30);
  both.cycles.push_back(tests::short_train(50).cycles[0]);
  const auto tissues = tests::brain_tissues();
  const TissueDomain domain = TissueDomain::of(tissues);
  Signals s, first, second;
  Simulator(both, domain).simulate(tissues, s);
  Simulator(tests::short_train(30), domain).simulate(tissues, first);
  Simulator(tests::short_train(50), domain).simulate(tissues, second);
  ASSERT_EQ(s.rows(), 80);
  EXPECT_LT((s.topRows(30) - first).norm() + (s.bottomRows(50) - second).norm(), 1e-12);
}

TEST(Simulator, ProjectionEqualsProjectingTheSignals) {
  Sequence sequence = tests::short_train(30);
  sequence.cycles.push_back(tests::short_train(50).cycles[0]);
  const auto tissues = tests::brain_tissues();
  const Simulator simulator(sequence, TissueDomain::of(tissues));
  const Eigen::MatrixXd basis = Eigen::MatrixXd::Random(80, 7);
  Signals s, j, c, jc, c_only;
  simulator.simulate(tissues, s, j);
  simulator.simulate_projected(tissues, basis, c, jc);
  simulator.simulate_projected(tissues, basis, c_only);
  EXPECT_LT((c - basis.transpose() * s).norm(), 1e-12 * c.norm());
  EXPECT_LT((jc - basis.transpose() * j).norm(), 1e-12 * jc.norm());
  EXPECT_LT((c_only - c).norm(), 1e-12 * c.norm());
}

// U^H and not U^T: the phases of the columns come off.
TEST(Simulator, ProjectionOnAComplexBasisConjugatesIt) {
  Sequence sequence = tests::short_train(30);
  sequence.cycles.push_back(tests::short_train(50).cycles[0]);
  const auto tissues = tests::brain_tissues();
  const Simulator simulator(sequence, TissueDomain::of(tissues));
  const Eigen::MatrixXcd u = Eigen::MatrixXcd::Random(80, 7);
  Signals s, j, c, jc;
  simulator.simulate(tissues, s, j);
  simulator.simulate_projected(tissues, u, c, jc);
  EXPECT_LT((c - u.adjoint() * s).norm(), 1e-12 * c.norm());
  EXPECT_LT((jc - u.adjoint() * j).norm(), 1e-12 * jc.norm());
  EXPECT_LT((Basis(u).project(s) - c).norm(), 1e-12 * c.norm());
}

TEST(Simulator, RefusesAnglesWithoutARate) {
  Sequence sequence = tests::short_train(20);
  sequence.cycles[0].alpha_rad[7] = 5.5;
  try {
    Simulator simulator(sequence, TissueDomain{1e-5, 1e-5, 1});
    FAIL() << "accepted";
  } catch (const std::domain_error& error) {
    EXPECT_NE(std::string(error.what()).find("R2sl does not exist"), std::string::npos) << error.what();
  }
}

TEST(Simulator, RefusesTissuesOutsideItsDomainOrMeaning) {
  const Simulator simulator(tests::short_train(20), TissueDomain{9e-6, 1.2e-5, 1.2});
  const Tissue good{0.1, 1, 10, 20, 1, 1e-5, 0, 1};
  Signals s;
  EXPECT_NO_THROW(simulator.simulate(std::vector{good}, s));
  for (const auto change :
       {+[](Tissue& t) { t.t2_semi_s = 2e-5; }, +[](Tissue& t) { t.b1_rel = 1.5; }, +[](Tissue& t) { t.r2_free_hz = -1; },
        +[](Tissue& t) { t.m0_semi_frac = 1; }, +[](Tissue& t) { t.omega0_rad_s = std::nan(""); }}) {
    Tissue bad = good;
    change(bad);
    EXPECT_THROW(simulator.simulate(std::vector{bad}, s), std::invalid_argument);
  }
}

}  // namespace
}  // namespace crbrt::physics
