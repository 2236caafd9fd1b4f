// SPDX-License-Identifier: Apache-2.0
/// One solver run of one voxel from one start: damped Gauss-Newton (Levenberg-Marquardt) in a box, one fingerprint with
/// derivatives a step. It asks for the fingerprint of a tissue and is given it, so that the runs of many voxels and starts fill
/// the lanes of one simulation.
#pragma once

#include "physics/nlls/objective.h"
#include "physics/simulator.h"

namespace crbrt::physics {

/// Why a run ended. f is the cost where it stands, p the decrease that an undamped step inside the box still promises.
enum class StopReason : unsigned char {
  running,
  small_decrease,  ///< p <= FitSettings::trusted_decrease f: that last step is taken on trust. In single precision also p <=
                   ///< 1e-5 of the residual
  exact,           ///< f <= 1e-22 of the squared norm of the data (1e-11 in single precision): there is no residual left
  outrun,          ///< another run has ended, and even four times p would leave this one above it
  joined,          ///< it is within three standard deviations of where another run has ended, and not lower
  few_steps,       ///< the iterations are used up, but p <= f / 10, about one standard deviation: that step is taken on trust
  too_many_steps,  ///< the iterations are used up
  stuck,           ///< the damping has grown beyond 1e8: no step of any length lowers f
  not_finite,      ///< the forward model gave numbers that are not finite at the start
};

struct DescentRules {
  double damping;  ///< the first one, relative to the diagonal of the curvature
  int max_evaluations;
  Precision precision;  ///< of the simulations that it asks for
  double trusted_decrease;
};

class Descent {
 public:
  /// The objective must outlive this.
  Descent(const Objective& objective, const Tissue& start, const DescentRules& rules);

  Precision precision() const noexcept { return rules_.precision; }

  bool is_running() const noexcept { return reason_ == StopReason::running; }
  StopReason reason() const noexcept { return reason_; }
  bool has_converged() const noexcept {
    return reason_ == StopReason::small_decrease || reason_ == StopReason::exact || reason_ == StopReason::few_steps;
  }

  /// The tissue to simulate next.
  Tissue next() const { return objective_->range().to_tissue(next_.data()); }
  /// Its coefficients [n_coeff] and jacobian [n_coeff, n_parameter].
  void take(const Eigen::Ref<const Eigen::VectorXcd>& coefficients, const Eigen::Ref<const Eigen::MatrixXcd>& jacobian);

  /// Ends a running one.
  void end(StopReason reason) { reason_ = reason; }

  int n_evaluation() const noexcept { return n_evaluation_; }
  /// Infinite before the first take().
  double cost() const noexcept { return here_.cost; }
  double promise() const noexcept { return promise_; }  ///< p above
  const LocalModel& here() const noexcept { return here_; }
  /// Coefficients and jacobian at here(), for a description of the minimum.
  const Eigen::VectorXcd& coefficients() const noexcept { return coefficients_; }
  const Eigen::MatrixXcd& jacobian() const noexcept { return jacobian_; }
  /// The step that was taken on trust after here(); zero unless reason() says that there was one.
  const Vector& last_step() const noexcept { return last_step_; }

 private:
  void propose();

  const Objective* objective_;
  LocalModel here_;
  Eigen::VectorXcd coefficients_;
  Eigen::MatrixXcd jacobian_;
  Vector next_, low_, high_, last_step_;
  DescentRules rules_;
  double damping_, growth_ = 2, promise_ = 0, predicted_ = 0;
  int n_evaluation_ = 0;
  StopReason reason_ = StopReason::running;
};

}  // namespace crbrt::physics
