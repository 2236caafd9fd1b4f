// SPDX-License-Identifier: Apache-2.0
// Nielsen's rule for the damping (H. B. Nielsen, IMM-REP-1999-05), steps by box_step().
#include "physics/nlls/descent.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "physics/nlls/voxel_fit.h"

namespace crbrt::physics {
namespace {

constexpr double rounding_single = 1e-5;
constexpr double range_damping = 12e3;  // with 12 / width^2 the inverse variance over a range; 1e3 for a first damping of 1e-2
constexpr double trusted_share = 0.1;
constexpr double exact_cost = 1e-22, exact_cost_single = 1e-11;
constexpr double most_damping = 1e8;

}  // namespace

Descent::Descent(const Objective& objective, const Tissue& start, const DescentRules& rules)
    : objective_(&objective), next_(objective.range().to_scaled(start)), rules_(rules), damping_(rules.damping) {
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
    if (!is_first) {
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
  if (here_.cost <= (rules_.precision == Precision::single ? exact_cost_single : exact_cost)) return end(StopReason::exact);
  // What rounding in single precision does to a cost of a residual of this norm is not worth a step either.
  const double rounding = rules_.precision == Precision::single ? rounding_single * std::sqrt(2 * here_.cost) : 0;
  if (promise_ <= rules_.trusted_decrease * here_.cost + rounding) {
    last_step_ = full;
    return end(StopReason::small_decrease);
  }
  if (n_evaluation_ >= rules_.max_evaluations) {
    if (promise_ > trusted_share * here_.cost) return end(StopReason::too_many_steps);
    last_step_ = full;
    return end(StopReason::few_steps);
  }
  Square damped = here_.curvature;
  damped.diagonal() *= 1 + damping_;
  // A parameter that the data hardly tell has next to no curvature to be damped by, and would run to a wall where nothing of
  // the quadratic model holds. Its range is the scale on which it may move.
  const double sigma2 =
      2 * here_.cost / degrees_of_freedom(objective_->data().size(), static_cast<std::size_t>(here_.x.size()));
  damped.diagonal() += (range_damping * damping_ * sigma2) * (high_ - low_).cwiseAbs2().cwiseInverse();
  const Vector step = box_step(damped, here_.gradient, low, high);
  predicted_ = promised_decrease(here_.curvature, here_.gradient, step);
  next_ = here_.x + step;
}

}  // namespace crbrt::physics
