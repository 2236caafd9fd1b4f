// SPDX-License-Identifier: Apache-2.0
// A prior whose semi-solid pool is fixed at nothing: plain T1 and T2 of a balanced train, against Bloch equations that know of
// no second pool; and bounds of what is left to find out.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <complex>

#include "physics/crb.h"
#include "physics/prior.h"
#include "physics/simulator.h"
#include "tests/physics/short_train.h"

namespace crbrt::physics {
namespace {

/// By its series after halving, then squared as often. The series ends at 0.5^20 / 20! = 4e-25.
Eigen::Matrix4d exponential(Eigen::Matrix4d m) {
  int n_half = 0;
  for (; m.cwiseAbs().rowwise().sum().maxCoeff() > 0.5; ++n_half) m /= 2;
  Eigen::Matrix4d sum = Eigen::Matrix4d::Identity(), term = sum;
  for (int k = 1; k <= 20; ++k) {
    term = term * m / k;
    sum += term;
  }
  for (int k = 0; k < n_half; ++k) sum = sum * sum;
  return sum;
}

/// The Bloch equation of (x, y, z, 1) over `time`, by the exponential of its matrix.
Eigen::Matrix4d bloch(double r1, double r2, double omega0, double omega1, double time) {
  Eigen::Matrix4d slope = Eigen::Matrix4d::Zero();
  slope << -r2, -omega0, omega1, 0,  //
      omega0, -r2, 0, 0,             //
      -omega1, 0, -r1, r1,           //
      0, 0, 0, 0;
  return exponential(slope * time);
}

/// Echoes of the periodic state of one cycle (docs/physics.md Eq. 5 to 7 without a second pool).
Eigen::VectorXcd bloch_signal(const Cycle& cycle, double tr, double r1, double r2, double omega0, double b1) {
  const Eigen::Vector4d reversal(-1, -1, 1, 1);
  std::vector<Eigen::Matrix4d> steps;  // from echo k to echo k + 1
  for (std::size_t k = 1; k < cycle.alpha_rad.size(); ++k) {
    const double trf = cycle.trf_s[k];
    const Eigen::Matrix4d free = bloch(r1, r2, omega0, 0, (tr - trf) / 2);
    steps.emplace_back(free * bloch(r1, r2, omega0, b1 * cycle.alpha_rad[k] / trf, trf) * reversal.asDiagonal() * free);
  }
  const double angle = b1 * cycle.alpha_rad[0], refocused = std::pow(std::sin(angle / 2), 2);
  const Eigen::Vector4d inversion(refocused, -refocused, std::cos(angle), 1);
  const Eigen::Matrix4d free = bloch(r1, r2, omega0, 0, tr / 2);
  Eigen::Matrix4d whole = Eigen::Matrix4d::Identity();
  for (const Eigen::Matrix4d& step : steps) whole = step * whole;
  whole = free * inversion.asDiagonal() * reversal.asDiagonal() * free * whole;
  const Eigen::Matrix3d left = Eigen::Matrix3d::Identity() - whole.topLeftCorner<3, 3>();
  Eigen::Vector4d m;
  m << left.partialPivLu().solve(whole.topRightCorner<3, 1>()), 1;
  Eigen::VectorXcd echoes(static_cast<Eigen::Index>(cycle.alpha_rad.size()));
  echoes[0] = {m[0], m[1]};
  for (std::size_t k = 0; k < steps.size(); ++k) {
    m = steps[k] * m;
    echoes[static_cast<Eigen::Index>(k) + 1] = {m[0], m[1]};
  }
  return echoes;
}

struct SinglePool {
  double r1, r2, omega0, b1;
};
constexpr SinglePool pools[] = {{1.1, 14, 120, 0.92}, {0.3, 0.9, -310, 1.1}, {3.5, 40, 5, 1}};

TEST(SinglePool, TheSignalIsThatOfTheBlochEquation) {
  const Sequence sequence = tests::short_train(60);
  for (const SinglePool& p : pools) {
    const std::vector<Tissue> tissue{{0, p.r1, p.r2, 0, p.r1, 1e-5, p.omega0, p.b1}};
    Signals s;
    Simulator(sequence, TissueDomain::of(tissue)).simulate(tissue, s);
    const Eigen::VectorXcd bloch = bloch_signal(sequence.cycles[0], sequence.tr_s, p.r1, p.r2, p.omega0, p.b1);
    // Two exact solutions of the same equations: rounding of 60 steps, amplified by the periodic state (I - A)^-1 of at most
    // 1 / (R1 60 TR) = 20.
    EXPECT_LT((s.col(0) - bloch).norm(), 1e-10 * bloch.norm()) << p.r1;
  }
}

TEST(SinglePool, TheBoundIsThatOfTwoRatesAndTheFieldsAlone) {
  const Sequence sequence = tests::short_train(60);
  Prior prior;
  prior.t1_model = T1Model::apparent;
  TissueClass main;
  main.marginal.fill({Marginal::Kind::uniform, 0, 0, 1, 2});
  main.marginal[0] = {};  // fixed at 0
  prior.classes = {main};
  const Unknowns unknowns = prior.unknowns(T1Model::apparent);
  EXPECT_EQ(unknowns.names(), (std::vector<std::string>{"r1_apparent_hz", "r2_free_hz", "omega0_rad_s", "b1_rel"}));
  const SinglePool& p = pools[0];
  const std::vector<Tissue> tissue{{0, p.r1, p.r2, 20, p.r1, 1e-5, p.omega0, p.b1}};
  Signals s, jacobian;
  Simulator(sequence, TissueDomain::of(tissue)).simulate(tissue, s, jacobian);
  EXPECT_TRUE(std::isinf(cramer_rao_bound(s.col(0), jacobian, T1Model::apparent).crb[0])) << "exchange of no pool";
  const Eigen::VectorXd crb = cramer_rao_bound(s.col(0), jacobian, unknowns).crb;

  const auto signal = [&](SinglePool at) {
    return bloch_signal(sequence.cycles[0], sequence.tr_s, at.r1, at.r2, at.omega0, at.b1);
  };
  Eigen::MatrixXd columns(120, 6);
  const auto put = [&](Eigen::Index column, const Eigen::VectorXcd& values) {
    columns.col(column) << values.real(), values.imag();
  };
  put(0, signal(p));
  put(1, std::complex<double>(0, 1) * signal(p));
  const auto slope = [&](double SinglePool::*member) {
    SinglePool low = p, high = p;
    const double step = 1e-4 * std::abs(p.*member);
    low.*member -= step;
    high.*member += step;
    return Eigen::VectorXcd((signal(high) - signal(low)) / (2 * step));
  };
  put(2, slope(&SinglePool::r1));
  put(3, slope(&SinglePool::r2));
  put(4, slope(&SinglePool::omega0));
  put(5, slope(&SinglePool::b1));
  const Eigen::MatrixXd covariance = (columns.transpose() * columns).inverse();
  // Central differences are exact to about 1e-8, of which the inverse leaves 1e-5 at a condition number of up to 1e3.
  for (Eigen::Index i = 0; i < 4; ++i) EXPECT_NEAR(crb[i] / covariance(2 + i, 2 + i), 1, 1e-5) << i;
}

TEST(KnownParameters, TheirColumnsAreLeftOutOfTheFisherMatrix) {
  const std::vector<Tissue> tissue{tests::brain_tissues()[0]};
  Signals s, jacobian;
  Simulator(tests::short_train(60), TissueDomain::of(tissue)).simulate(tissue, s, jacobian);
  const Unknowns unknowns(T1Model::separate, {Parameter::t2_semi_s, Parameter::b1_rel});
  EXPECT_EQ(unknowns.size(), 6u);
  EXPECT_FALSE(unknowns.is_whole());
  EXPECT_FALSE(unknowns.has(Parameter::b1_rel));
  EXPECT_EQ(unknowns.index_of(Parameter::omega0_rad_s), 5);
  const Eigen::MatrixXd all = real_unknowns(s.col(0), jacobian, T1Model::separate);
  const std::vector<Eigen::Index> left{0, 1, 2, 3, 4, 5, 6, 8};  // M0, M0, then all but t2_semi_s (7) and b1_rel (9)
  EXPECT_EQ(real_unknowns(s.col(0), jacobian, unknowns), all(Eigen::all, left));
  const Eigen::VectorXd known = cramer_rao_bound(s.col(0), jacobian, unknowns).crb,
                        unknown = cramer_rao_bound(s.col(0), jacobian, T1Model::separate).crb;
  for (Eigen::Index i = 0; i < 5; ++i) EXPECT_LT(known[i], unknown[i]) << "what is known can only help";
}

TEST(KnownParameters, AreThoseThatEveryClassFixesAtOneValue) {
  Prior prior;
  TissueClass main;
  main.marginal.fill({Marginal::Kind::uniform, 0, 0, 1, 2});
  main.marginal[static_cast<std::size_t>(Parameter::b1_rel)] = {Marginal::Kind::fixed, 1, 0, 1, 1};
  main.marginal[static_cast<std::size_t>(Parameter::exchange_hz)] = {Marginal::Kind::fixed, 20, 0, 20, 20};
  TissueClass fluid = main;
  fluid.marginal[static_cast<std::size_t>(Parameter::exchange_hz)] = {Marginal::Kind::fixed, 10, 0, 10, 10};
  prior.classes = {main, fluid};
  const Unknowns unknowns = prior.unknowns(T1Model::separate);
  EXPECT_FALSE(unknowns.has(Parameter::b1_rel));
  EXPECT_TRUE(unknowns.has(Parameter::exchange_hz)) << "fixed at two values";
  EXPECT_EQ(unknowns.size(), 7u);
  EXPECT_EQ(Unknowns::from_names(T1Model::separate, unknowns.names()), unknowns);
  EXPECT_FALSE(Unknowns::from_names(T1Model::separate, {"b1_rel", "m0_semi_frac"})) << "another order";
  EXPECT_FALSE(Unknowns::from_names(T1Model::apparent, unknowns.names())) << "names of the other model";
}

}  // namespace
}  // namespace crbrt::physics
