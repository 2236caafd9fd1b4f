// Nielsen's rule for the damping (H. B. Nielsen, IMM-REP-1999-05), steps by box_step().
#include "physics/nlls/descent.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace crbrt::physics {
namespace {

// At the noise floor f is about ten sigma^2, so that such a step lowers the log-likelihood by 1e-3: it moves 0.05 standard
// deviations, and what its quadratic model errs about it is a small part of that.
constexpr double decrease_tolerance = 1e-4;
constexpr double exact_cost = 1e-22;
constexpr double most_damping = 1e8;

}  // namespace

Descent::Descent(const Objective& objective, const Tissue& start, double damping, int max_evaluations)
    : objective_(&objective), next_(objective.range().to_scaled(start)), damping_(damping), max_evaluations_(max_evaluations) {
  const FitRange& range = objective.range();
  low_.resize(next_.size());
  high_.resize(next_.size());
  for (Eigen::Index u = 0; u < next_.size(); ++u) {
    const auto unknown = static_cast<std::size_t>(u);
    low_[u] = range.minimum(unknown) / range.scale(unknown);
    high_[u] = range.maximum(unknown) / range.scale(unknown);
  }
  last_step_ = Vector::Zero(next_.size());
  here_.cost = std::numeric_limits<double>::infinity();
}

void Descent::take(const Eigen::Ref<const Eigen::VectorXcd>& coefficients, const Eigen::Ref<const Eigen::MatrixXcd>& jacobian) {
  ++n_evaluation_;
  LocalModel there = objective_->at(next_, coefficients, jacobian);
  const bool is_first = n_evaluation_ == 1;
  if (is_first && !std::isfinite(there.cost)) return end(StopReason::not_finite);
  const double gained = here_.cost - there.cost;
  if (is_first || gained > 0) {
    if (is_first) {
      first_misfit_ = there.misfit;
    } else {
      const double ratio = gained / predicted_;
      damping_ *= std::max(1.0 / 10, 1 - std::pow(2 * ratio - 1, 3));
      growth_ = 2;
    }
    here_ = std::move(there);
    coefficients_ = coefficients;
    jacobian_ = jacobian;
  } else {
    damping_ *= growth_;
    growth_ *= 2;
    if (damping_ > most_damping) return end(StopReason::stuck);
  }
  propose();
}

void Descent::propose() {
  const Vector low = low_ - here_.x, high = high_ - here_.x;
  const Vector full = box_step(here_.curvature, here_.gradient, low, high);
  promise_ = promised_decrease(here_.curvature, here_.gradient, full);
  if (here_.cost <= exact_cost) return end(StopReason::exact);
  if (promise_ <= decrease_tolerance * here_.cost) {
    last_step_ = full;
    return end(StopReason::small_decrease);
  }
  if (n_evaluation_ >= max_evaluations_) return end(StopReason::too_many_steps);
  Square damped = here_.curvature;
  damped.diagonal() *= 1 + damping_;
  const Vector step = box_step(damped, here_.gradient, low, high);
  predicted_ = promised_decrease(here_.curvature, here_.gradient, step);
  next_ = here_.x + step;
}

}  // namespace crbrt::physics
