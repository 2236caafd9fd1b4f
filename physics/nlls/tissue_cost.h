/// The fit of one voxel: its residual, the Ceres cost function over scaled unknowns that it makes (evaluated in lock-step with
/// other voxels), and a solver run over that.
#pragma once

#include <ceres/cost_function.h>

#include <Eigen/Core>
#include <array>
#include <complex>
#include <limits>

#include "physics/nlls/fit_range.h"
#include "physics/nlls/fitter.h"
#include "physics/nlls/lockstep.h"

namespace crbrt::physics {

// The least-squares residual d - M0 c(theta) with the complex M0 eliminated (variable projection) or fitted, and its exact
// Jacobian. Real vectors stack real parts, then imaginary parts.
//
// Eliminated: the best M0 for given c is m = c^H d / n with n = c^H c, and r = d - m c. With dc = dc/dtheta (theta real)
//   dm = dc^H d / n - c^H d (dc^H c + c^H dc) / n^2 = (dc^H (d - m c) - m c^H dc) / n = (dc^H r - m c^H dc) / n
//   dr = -m dc - c dm = -m (dc - c c^H dc / n) - c (dc^H r) / n.
// The first term is Kaufman's approximation; the second, along c, completes the Jacobian. As c^H r = 0 both give the exact
// gradient Re(r^H dr) = -Re(m r^H dc); we keep both so that central differences confirm every entry.
// Fitted: M0 = a + ib are two more unknowns, dr/da = -c, dr/db = -i c, dr = -M0 dc.
//
// The covariance never comes from these matrices but from the full problem [c, i c, M0 dc] (cramer_rao_bound): its Schur
// complement on theta is Kaufman's product, not that of the exact Jacobian.

/// m = c^H d / c^H c; zero where c is zero.
std::complex<double> best_m0(const Eigen::VectorXcd& coefficients, const Eigen::VectorXcd& data);

struct ProjectedResidual {
  Eigen::VectorXd residual;  ///< [2 * n_coeff]
  Eigen::MatrixXd jacobian;  ///< [2 * n_coeff, n_unknown], empty when not asked for
};

/// jacobian [n_coeff, n_unknown]: dc/dtheta; empty when no Jacobian is wanted.
ProjectedResidual eliminated_residual(const Eigen::VectorXcd& coefficients, const Eigen::MatrixXcd& jacobian,
                                      const Eigen::VectorXcd& data);

/// Columns: theta, then Re M0, Im M0.
ProjectedResidual fitted_residual(const Eigen::VectorXcd& coefficients, const Eigen::MatrixXcd& jacobian,
                                  const Eigen::VectorXcd& data, std::complex<double> m0);

/// One parameter block: the scaled tissue unknowns, then (M0Mode::fitted) Re M0 and Im M0; data of norm 1 make those O(1) too.
class TissueCost : public ceres::CostFunction {
 public:
  /// data [n_coeff]. All references must outlive this.
  TissueCost(const FitRange& range, Lockstep& lockstep, std::size_t worker, const Eigen::VectorXcd& data, M0Mode mode);

  bool Evaluate(double const* const* parameters, double* residuals, double** jacobians) const override;

  /// Simulates, or returns one of the last two results: a solver asks for cost and gradient of a point one after the other,
  /// and its line search asks once more. Null when the simulation failed.
  const Evaluation* evaluation(const Tissue& tissue) const;

  M0Mode mode() const noexcept { return mode_; }
  /// The best M0 of a tissue; zero when the simulation failed.
  std::complex<double> m0_at(const Tissue& tissue) const;
  /// Of half the squared residual at x; empty when the simulation failed.
  Eigen::VectorXd gradient(const Eigen::VectorXd& x) const;

  std::size_t n_simulated() const noexcept { return n_simulated_; }

 private:
  struct Cached {
    std::array<double, n_parameter> key{};
    bool filled = false;
    Evaluation evaluation;
  };

  const FitRange& range_;
  Lockstep& lockstep_;
  std::size_t worker_;
  const Eigen::VectorXcd& data_;
  M0Mode mode_;
  mutable std::array<Cached, 2> cache_;
  mutable std::size_t newest_ = 0;
  mutable std::size_t n_simulated_ = 0;
};

// One solver run from one start: Ceres' bounded Levenberg-Marquardt inside an active-set loop.
//
// Ceres projects its steps onto the box but computes them as if the box were not there, so with a parameter at a wall it
// creeps (a hundred evaluations instead of ten). So a solve is stopped when a parameter stays at its wall, parameters that
// the gradient presses against their walls are held, and the rest is solved on; a held parameter whose gradient turns
// inwards is released. It has converged when a solve did and the set of held parameters did not change after it.

struct SolverRun {
  Tissue tissue;
  double cost = std::numeric_limits<double>::infinity();  ///< half the squared residual
  bool converged = false;
};

/// max_iterations in all rounds together.
SolverRun solve(const TissueCost& cost, const FitRange& range, const Tissue& start, int max_iterations);

}  // namespace crbrt::physics
