/// The active-set loop around Ceres.
#include "physics/nlls/tissue_cost.h"

#include <ceres/iteration_callback.h>
#include <ceres/manifold.h>
#include <ceres/problem.h>
#include <ceres/solver.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace crbrt::physics {
namespace {

using Indices = std::vector<int>;

// Rounds beyond these mean that the active set cycles; the run then counts as not converged.
constexpr int max_rounds = 10;

ceres::Solver::Options solver_options() {
  ceres::Solver::Options options;
  options.minimizer_type = ceres::TRUST_REGION;
  options.trust_region_strategy_type = ceres::LEVENBERG_MARQUARDT;
  options.linear_solver_type = ceres::DENSE_QR;
  options.logging_type = ceres::SILENT;
  // The projected line search would cost as many simulations as everything else; walls are the active-set loop's business.
  options.max_num_line_search_step_size_iterations = 0;
  options.initial_trust_region_radius = 100;  // unknowns are O(1): longer first steps are mostly rejected
  options.use_nonmonotonic_steps = true;  // m0s and exchange trade along a curved valley, which short descents follow slowly
  // At the noise floor cost = dof sigma^2 / 2, about 10 sigma^2, so a last step that lowers it by a share of 1e-7 lowered the
  // log-likelihood by 1e-6: it moved about 1e-3 standard deviations.
  options.function_tolerance = 1e-7;
  options.gradient_tolerance = 1e-14;  // data have norm 1
  options.parameter_tolerance = 1e-9;
  return options;
}

/// The unknowns that touch a wall; with a gradient only those it presses outwards (descent is -gradient).
Indices at_walls(const FitRange& range, const double* x, const double* gradient) {
  Indices found;
  for (std::size_t u = 0; u < range.n_unknown(); ++u) {
    const double low = range.minimum(u) / range.scale(u), high = range.maximum(u) / range.scale(u);
    const double margin = 1e-9 * (high - low);
    const bool pressed_low = x[u] <= low + margin && (gradient == nullptr || gradient[u] > 0);
    const bool pressed_high = x[u] >= high - margin && (gradient == nullptr || gradient[u] < 0);
    if (pressed_low || pressed_high) found.push_back(static_cast<int>(u));
  }
  return found;
}

/// Ends a solve when the unknowns at walls are the same, and others than the held ones, after two steps in a row.
class StopAtWall : public ceres::IterationCallback {
 public:
  StopAtWall(const FitRange& range, const Eigen::VectorXd& x, const Indices& held)
      : range_(range), x_(x), held_(held), last_(held) {}

  ceres::CallbackReturnType operator()(const ceres::IterationSummary& summary) override {
    if (!summary.step_is_successful || summary.iteration == 0) return ceres::SOLVER_CONTINUE;
    const Indices now = at_walls(range_, x_.data(), nullptr);
    const bool stays = now == last_ && !std::includes(held_.begin(), held_.end(), now.begin(), now.end());
    last_ = now;
    return stays ? ceres::SOLVER_TERMINATE_SUCCESSFULLY : ceres::SOLVER_CONTINUE;
  }

 private:
  const FitRange& range_;
  const Eigen::VectorXd& x_;
  const Indices& held_;
  Indices last_;
};

/// Solves for all unknowns but the held ones, from x into x.
ceres::Solver::Summary solve_round(const TissueCost& cost, const FitRange& range, const Indices& held, int max_iterations,
                                   Eigen::VectorXd& x) {
  ceres::Problem::Options ownership;
  ownership.cost_function_ownership = ceres::DO_NOT_TAKE_OWNERSHIP;
  ceres::Problem problem(ownership);
  problem.AddResidualBlock(const_cast<TissueCost*>(&cost), nullptr, x.data());  // Ceres only calls its const members
  for (std::size_t u = 0; u < range.n_unknown(); ++u) {
    problem.SetParameterLowerBound(x.data(), static_cast<int>(u), range.minimum(u) / range.scale(u));
    problem.SetParameterUpperBound(x.data(), static_cast<int>(u), range.maximum(u) / range.scale(u));
  }
  if (!held.empty()) problem.SetManifold(x.data(), new ceres::SubsetManifold(static_cast<int>(x.size()), held));
  StopAtWall stop(range, x, held);
  ceres::Solver::Options options = solver_options();
  options.max_num_iterations = max_iterations;
  options.update_state_every_iteration = true;
  options.callbacks.push_back(&stop);
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  return summary;
}

Eigen::VectorXd first_point(const TissueCost& cost, const FitRange& range, const Tissue& start) {
  Eigen::VectorXd x = range.to_scaled(start);
  if (cost.mode() == M0Mode::eliminated) return x;
  const std::complex<double> m0 = cost.m0_at(range.to_tissue(x.data()));
  x.conservativeResize(x.size() + 2);
  x.tail<2>() << m0.real(), m0.imag();
  return x;
}

}  // namespace

SolverRun solve(const TissueCost& cost, const FitRange& range, const Tissue& start, int max_iterations) {
  SolverRun run;
  Eigen::VectorXd x = first_point(cost, range, start);
  Eigen::VectorXd gradient = cost.gradient(x);
  if (gradient.size() == 0) return run;
  Indices held = at_walls(range, x.data(), gradient.data());
  if (held.size() == range.n_unknown()) held.clear();
  for (int round = 0, used = 0; round < max_rounds && used < max_iterations; ++round) {
    const ceres::Solver::Summary summary = solve_round(cost, range, held, max_iterations - used, x);
    used += std::max<int>(1, static_cast<int>(summary.iterations.size()) - 1);
    if (!summary.IsSolutionUsable()) break;
    run.cost = summary.final_cost;
    gradient = cost.gradient(x);
    if (gradient.size() == 0) break;
    const Indices pressed = at_walls(range, x.data(), gradient.data());
    run.converged = summary.termination_type == ceres::CONVERGENCE && pressed == held;
    if (run.converged || pressed.size() == range.n_unknown()) break;
    held = pressed;
  }
  run.tissue = range.to_tissue(x.data());
  return run;
}

}  // namespace crbrt::physics
