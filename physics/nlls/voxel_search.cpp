// SPDX-License-Identifier: Apache-2.0
// Which runs go on, and the minimum in the words of VoxelFit.
#include "physics/nlls/voxel_search.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

namespace crbrt::physics {
namespace {

// A run is given up where even this many times what it promises would not do: its quadratic model may promise too little.
constexpr double most_surprise = 4;
constexpr int least_evaluations = 3;

double unit_sigma2(const FitSettings& settings, double norm) {
  return settings.sigma ? std::pow(*settings.sigma / norm, 2) : 0;
}

}  // namespace

double degrees_of_freedom(Eigen::Index n_coeff, std::size_t n_unknown) {
  return 2 * static_cast<double>(n_coeff) - static_cast<double>(n_unknown + 2);
}

// The cube root of chi^2 / n is nearly normal, of mean 1 - 2 / (9 n) and variance 2 / (9 n).
double median_reduced_chi_square(double n) { return std::pow(1 - 2 / (9 * n), 3); }

double largest_reduced_chi_square(double n) {
  constexpr double one_in_ten_thousand = 3.72;
  return std::pow(1 - 2 / (9 * n) + one_in_ten_thousand * std::sqrt(2 / (9 * n)), 3);
}

double cost_tolerance(double sigma, double norm) { return 0.01 * (sigma * sigma) + 1e-10 * norm * norm; }

VoxelSearch::VoxelSearch(const SearchRules& rules, const Eigen::Ref<const Eigen::VectorXcd>& data)
    : rules_(rules),
      norm_(data.norm()),
      objective_(rules.range, data / norm_, rules.prior, unit_sigma2(rules.settings, norm_)) {}

void VoxelSearch::add_starts(const std::vector<Tissue>& starts, int max_evaluations) {
  for (const Tissue& start : starts)
    runs_.emplace_back(objective_, start,
                       DescentRules{rules_.damping, max_evaluations, precision_, rules_.settings.trusted_decrease});
}

bool VoxelSearch::ran_out() const { return !runs_.empty() && best().reason() == StopReason::too_many_steps; }

bool VoxelSearch::go_on() {
  const StopReason why = runs_.empty() ? StopReason::not_finite : best().reason();
  if (has_gone_on_ || (why != StopReason::few_steps && why != StopReason::too_many_steps)) return false;
  has_gone_on_ = true;
  const Descent& end = best();
  Vector x = end.here().x;
  x += end.last_step();
  add_starts({rules_.range.to_tissue(x.data())}, rules_.settings.max_iterations);
  return true;
}

bool VoxelSearch::is_running() const {
  return std::any_of(runs_.begin(), runs_.end(), [](const Descent& run) { return run.is_running(); });
}

void VoxelSearch::ask(std::vector<Tissue>& tissues) const {
  for (const Descent& run : runs_)
    if (run.is_running()) tissues.push_back(run.next());
}

Eigen::Index VoxelSearch::take(const Signals& coefficients, const Signals& jacobian, Eigen::Index first) {
  constexpr auto n = static_cast<Eigen::Index>(n_parameter);
  for (Descent& run : runs_) {
    if (!run.is_running()) continue;
    run.take(coefficients.col(first), jacobian.middleCols(first * n, n));
    ++first;
  }
  end_race();
  end_losers();
  return first;
}

bool VoxelSearch::polish() {
  if (precision_ == Precision::full) return false;
  // Without noise to speak of, single precision leaves runs stuck in its rounding, or has them wander in it.
  const bool is_lost = best().reason() == StopReason::stuck || best().n_evaluation() >= rules_.settings.max_iterations;
  if (!rules_.settings.ends_in_full_precision && !is_lost) return false;
  precision_ = Precision::full;
  const Descent& end = best();
  if (!std::isfinite(end.cost())) return false;
  Vector x = end.here().x;
  x += end.last_step();
  // It is nearly there: the damping only has to survive a step that rounding in single precision had misled.
  runs_.emplace_back(objective_, rules_.range.to_tissue(x.data()),
                     DescentRules{1e-6, rules_.settings.max_iterations, Precision::full, rules_.settings.trusted_decrease});
  return true;
}

/// Those in full precision are compared with each other alone, because the others' costs are rounded.
const Descent& VoxelSearch::best() const {
  if (precision_ == Precision::full && runs_.back().precision() == Precision::full && std::isfinite(runs_.back().cost()))
    return runs_.back();
  return *std::min_element(runs_.begin(), runs_.end(), [](const Descent& a, const Descent& b) { return a.cost() < b.cost(); });
}

double VoxelSearch::best_misfit() const {
  return runs_.empty() ? std::numeric_limits<double>::infinity() : best().here().misfit;
}

std::optional<double> VoxelSearch::chi_square() const {
  if (!rules_.settings.sigma) return std::nullopt;
  const double error2 = runs_.empty() ? 0 : std::pow(rules_.model_error, 2) * std::norm(best().here().m0);
  return 2 * best_misfit() / (unit_sigma2(rules_.settings, norm_) + error2) / rules_.chi_square_factor /
         degrees_of_freedom(objective_.data().size(), rules_.range.n_unknown());
}

bool VoxelSearch::is_plausible() const {
  const std::optional<double> reduced = chi_square();
  return !reduced ||
         *reduced <= largest_reduced_chi_square(degrees_of_freedom(objective_.data().size(), rules_.range.n_unknown()));
}

void VoxelSearch::end_race() {
  const auto is_over = [&](const Descent& run) { return !run.is_running() || run.n_evaluation() >= race_; };
  if (race_ == 0 || !std::all_of(runs_.begin(), runs_.end(), is_over)) return;
  race_ = 0;
  const Descent* const leader = &best();
  for (Descent& run : runs_)
    if (&run != leader && run.is_running()) run.end(StopReason::outrun);
}

void VoxelSearch::end_losers() {
  if (precision_ == Precision::full) return;  // the one that polishes has nobody of its precision to lose to
  const Descent* leader = nullptr;
  for (const Descent& run : runs_)
    if (run.has_converged() && (leader == nullptr || run.cost() < leader->cost())) leader = &run;
  if (leader == nullptr) return;
  const LocalModel& end = leader->here();
  const double sigma2 = 2 * end.misfit / degrees_of_freedom(objective_.data().size(), rules_.range.n_unknown());
  for (Descent& run : runs_) {
    if (!run.is_running() || run.n_evaluation() < least_evaluations) continue;
    const Vector away = run.here().x - end.x;
    if (run.cost() >= end.cost && away.dot(end.curvature * away) <= 9 * sigma2 && run.cost() - end.cost <= 9 * sigma2)
      run.end(StopReason::joined);
    else if (run.cost() - most_surprise * run.promise() > end.cost)
      run.end(StopReason::outrun);
  }
}

VoxelFit VoxelSearch::result() const {
  VoxelFit fit;
  for (const Descent& run : runs_) fit.n_simulated += static_cast<std::size_t>(run.n_evaluation());
  fit.status = FitStatus::not_converged;
  const Descent& run = best();
  if (!std::isfinite(run.cost())) return fit;
  LocalModel end = run.here();
  end.x += run.last_step();
  const Eigen::VectorXcd signal = run.coefficients() + rules_.range.to_scaled_jacobian(run.jacobian()) * run.last_step();
  const std::complex<double> m0 = best_m0(signal, objective_.data());
  fit.tissue = rules_.range.to_tissue(end.x.data());
  fit.m0 = m0 * norm_;
  fit.signal_norm = signal.norm();
  fit.residual_norm = (objective_.data() - m0 * signal).norm() * norm_;
  fit.sigma = rules_.settings.sigma
                  ? *rules_.settings.sigma
                  : fit.residual_norm / std::sqrt(degrees_of_freedom(signal.size(), rules_.range.n_unknown()));

  // sigma^2 (J^T J)^-1 of the real problem that includes M0: the bound at M0 = sigma = 1 times (sigma / |M0|)^2, or sigma^2 for
  // |M0| itself. Terms of a prior are further rows of J, in the same units.
  Eigen::MatrixXd columns = real_unknowns(signal, run.jacobian(), rules_.range.unknowns());
  const double per_sigma = fit.sigma / std::abs(fit.m0);
  if (rules_.prior != nullptr) {
    const Vector slopes = rules_.prior->slopes(fit.tissue, rules_.range);
    const Eigen::Index n_row = columns.rows();
    columns.conservativeResizeLike(Eigen::MatrixXd::Zero(n_row + slopes.size(), columns.cols()));
    columns.bottomRightCorner(slopes.size(), slopes.size()) = (slopes * per_sigma).asDiagonal();
  }
  const Bounds bounds = bounds_of_columns(columns);
  fit.variance = bounds.crb * (per_sigma * per_sigma);
  fit.signal_variance = bounds.signal_per_m0_crb * (per_sigma * per_sigma);
  fit.m0_std = fit.sigma * std::sqrt(bounds.m0_crb_real);

  fit.n_agree = n_agree(fit.sigma);
  if (run.has_converged()) fit.status = status_at(end, fit);
  return fit;
}

std::size_t VoxelSearch::n_agree(double sigma) const {
  const double most = best().cost() + cost_tolerance(sigma / norm_, 1);
  return static_cast<std::size_t>(std::count_if(runs_.begin(), runs_.end(), [&](const Descent& run) {
    return run.cost() <= most || run.reason() == StopReason::joined;
  }));
}

/// Of a run that has converged.
FitStatus VoxelSearch::status_at(const LocalModel& end, const VoxelFit& fit) const {
  const FitRange& range = rules_.range;
  const std::uint32_t walls = range.walls(fit.tissue);
  if (walls == 0) return FitStatus::ok;
  // Where the quadratic model would have its minimum without any wall.
  const Vector scale = end.curvature.diagonal().cwiseMax(std::numeric_limits<double>::min()).cwiseSqrt().cwiseInverse();
  const Square scaled = scale.asDiagonal() * end.curvature * scale.asDiagonal();
  const Vector free = -scale.cwiseProduct(Vector(scaled.ldlt().solve(scale.cwiseProduct(end.gradient))));
  for (const Parameter parameter : rules_.settings.wanted) {
    const auto at = range.unknowns().index_of(parameter);
    if (!at) continue;
    const auto u = static_cast<std::size_t>(*at);
    const double moves = std::abs(free[*at]) * range.scale(u);
    if ((walls >> (2 * u) & 3) != 0 || !(moves <= 0.5 * std::sqrt(fit.variance[*at]))) return FitStatus::at_bound;
  }
  return FitStatus::nuisance_at_bound;
}

}  // namespace crbrt::physics
