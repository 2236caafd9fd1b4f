/// The residual of one voxel as a Ceres cost function over scaled unknowns, evaluated in lock-step with other voxels.
#pragma once

#include <ceres/cost_function.h>

#include <array>
#include <complex>

#include "physics/nlls/fit_range.h"
#include "physics/nlls/fitter.h"
#include "physics/nlls/lockstep.h"
#include "physics/nlls/projected_residual.h"

namespace crbrt::physics {

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

}  // namespace crbrt::physics
