/// The residual with M0 eliminated or fitted, and its Jacobian against central differences.
#include <gtest/gtest.h>

#include <functional>
#include <thread>
#include <vector>

#include "physics/nlls/lockstep.h"
#include "physics/nlls/tissue_cost.h"
#include "tests/physics/nlls_fixture.h"

namespace crbrt::tests {
namespace {

using physics::FitRange;
using physics::M0Mode;
using physics::T1Model;
using Residual = std::function<Eigen::VectorXd(const Eigen::VectorXd&)>;

/// Central differences at h and h / 2: their difference is three quarters of the truncation error at h, so it exceeds that at
/// h / 2 three times. The simulator's series end at 1e-15 per pulse, and 160 pulses accumulate at most 160 of those in r:
/// 3.2e-13 |r| / h. The bound itself must be tight to mean anything.
void expect_derivative(const Residual& residual, const Eigen::VectorXd& x, const Eigen::MatrixXd& jacobian, double h) {
  for (Eigen::Index p = 0; p < x.size(); ++p) {
    const auto central = [&](double step) -> Eigen::VectorXd {
      Eigen::VectorXd up = x, down = x;
      up[p] += step;
      down[p] -= step;
      return (residual(up) - residual(down)) / (up[p] - down[p]);
    };
    const Eigen::VectorXd coarse = central(h), fine = central(h / 2);
    const double rounding = 3.2e-13 * residual(x).norm() / h;
    const double tolerance = (coarse - fine).norm() + rounding;
    ASSERT_GT(fine.norm(), 0) << "unknown " << p;
    EXPECT_LT(tolerance, 1e-4 * fine.norm()) << "unknown " << p << ": central differences are too coarse to judge";
    EXPECT_LE((jacobian.col(p) - fine).norm(), tolerance) << "unknown " << p;
  }
}

struct CostCase {
  T1Model model;
  M0Mode mode;
};

class CostJacobian : public testing::TestWithParam<CostCase> {};

TEST_P(CostJacobian, EqualsCentralDifferencesFarFromTheMinimum) {
  const auto [model, mode] = GetParam();
  const ShortTrain& train = ShortTrain::get();
  const FitRange range(physics::paper_fit_prior(train.sequence.tr_s), model);
  const auto tissues = brain_tissues(2, model, 3);
  Eigen::VectorXcd data = std::complex<double>(0.6, -0.8) * train.coefficients({tissues[1]}).col(0);
  data.normalize();
  physics::Lockstep lockstep(train.simulator, train.basis, 1);
  const physics::TissueCost cost(range, lockstep, 0, data, mode);

  Eigen::VectorXd x = range.to_scaled(tissues[0]);
  if (mode == M0Mode::fitted) {
    x.conservativeResize(x.size() + 2);
    x.tail<2>() << 3, -2;
  }
  const Residual residual = [&](const Eigen::VectorXd& at) {
    Eigen::VectorXd r(cost.num_residuals());
    const double* block = at.data();
    EXPECT_TRUE(cost.Evaluate(&block, r.data(), nullptr));
    return r;
  };
  Eigen::VectorXd r(cost.num_residuals());
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> jacobian(cost.num_residuals(), x.size());
  const double* block = x.data();
  double* rows = jacobian.data();
  ASSERT_TRUE(cost.Evaluate(&block, r.data(), &rows));
  EXPECT_EQ(r, residual(x));
  expect_derivative(residual, x, jacobian, 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Nlls, CostJacobian,
                         testing::Values(CostCase{T1Model::apparent, M0Mode::eliminated},
                                         CostCase{T1Model::separate, M0Mode::eliminated},
                                         CostCase{T1Model::apparent, M0Mode::fitted},
                                         CostCase{T1Model::separate, M0Mode::fitted}));

TEST(NllsResidual, EliminatedM0IsTheBestOne) {
  const ShortTrain& train = ShortTrain::get();
  const Eigen::MatrixXcd c = train.coefficients(brain_tissues(2, T1Model::apparent, 4));
  const Eigen::VectorXcd data = c.col(1);
  const std::complex<double> m0 = physics::best_m0(c.col(0), data);
  const double least = physics::eliminated_residual(c.col(0), {}, data).residual.norm();
  // A move of delta along any direction adds exactly |delta|^2 ||c||^2 to the squared norm.
  for (const std::complex<double> delta :
       {std::complex<double>(0.1, 0), std::complex<double>(0, 0.1), std::complex<double>(-0.05, 0.05)}) {
    const double moved = physics::fitted_residual(c.col(0), {}, data, m0 + delta).residual.squaredNorm();
    EXPECT_NEAR(moved, least * least + std::norm(delta) * c.col(0).squaredNorm(), 1e-13 * data.squaredNorm());
  }
}

TEST(NllsResidual, AVanishedSignalLeavesTheDataAndNoDirection) {
  const Eigen::VectorXcd zero = Eigen::VectorXcd::Zero(4), data = Eigen::VectorXcd::Ones(4);
  const auto out = physics::eliminated_residual(zero, Eigen::MatrixXcd::Ones(4, 3), data);
  EXPECT_EQ(out.residual.head(4), Eigen::VectorXd::Ones(4));
  EXPECT_EQ(out.jacobian, Eigen::MatrixXd::Zero(8, 3));
}

// The simulator's series are as long as the largest lane needs, so lanes agree to its rounding, not to the bit.
TEST(NllsLockstep, WorkersGetTheirOwnFingerprintsInOneBatch) {
  const ShortTrain& train = ShortTrain::get();
  const auto tissues = brain_tissues(5, T1Model::separate, 5);
  physics::Signals all, jacobian;
  train.simulator.simulate_projected(tissues, train.basis, all, jacobian);
  physics::Lockstep lockstep(train.simulator, train.basis, tissues.size());
  std::vector<physics::Evaluation> evaluations(tissues.size());
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < tissues.size(); ++i)
    workers.emplace_back([&, i] {
      EXPECT_TRUE(lockstep.evaluate(i, tissues[i], evaluations[i]));
      lockstep.leave();
    });
  for (std::thread& worker : workers) worker.join();
  for (std::size_t i = 0; i < tissues.size(); ++i) {  // the same batch in the same order: the same bits
    const auto column = static_cast<Eigen::Index>(i);
    EXPECT_EQ(evaluations[i].coefficients, all.col(column));
    EXPECT_EQ(evaluations[i].jacobian, jacobian.middleCols(column * 8, 8));
  }
}

TEST(NllsLockstep, AWorkerThatLeavesIsNotWaitedFor) {
  const ShortTrain& train = ShortTrain::get();
  const auto tissues = brain_tissues(2, T1Model::separate, 5);
  physics::Lockstep lockstep(train.simulator, train.basis, 2);
  std::thread waits([&] {
    physics::Evaluation evaluation;
    for (const auto& tissue : tissues) EXPECT_TRUE(lockstep.evaluate(0, tissue, evaluation));
    lockstep.leave();
  });
  lockstep.leave();
  waits.join();
  EXPECT_FALSE(lockstep.error());
}

TEST(NllsLockstep, ASimulationThatThrowsEndsTheRequestAndIsReported) {
  const ShortTrain& train = ShortTrain::get();
  physics::Lockstep lockstep(train.simulator, train.basis, 1);
  physics::Evaluation evaluation;
  EXPECT_FALSE(lockstep.evaluate(0, {0.1, 1, 10, 20, 1, 10e-6, 0, 5.0}, evaluation));  // B1 outside the domain
  EXPECT_TRUE(lockstep.error());
}

}  // namespace
}  // namespace crbrt::tests
