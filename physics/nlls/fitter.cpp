// SPDX-License-Identifier: Apache-2.0
// Where the fits of the exact physics start: draws from the prior, or what is given.
#include "physics/nlls/fitter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "physics/nlls/start_pool.h"
#include "physics/nlls/voxel_solver.h"

namespace crbrt::physics {
namespace {

constexpr double first_damping = 0.01;

// The draws that a voxel is fitted from before round 0 of second thoughts, then up to round 1, and up to its end.
constexpr std::size_t times_n_start[] = {1, 3, 12};
// A residual that no noise leaves may also be that of a tissue that the model does not describe, in which no start helps. A
// wrong minimum leaves more: tens to hundreds at SNR 100.
constexpr double surely_wrong = 4;
// So many runs from different off-resonances and B1 that end at one point have found what there is to find: further starts
// ended lower in 2 of 52 such voxels, of a slice in vivo and of a brain of SNR 100.
constexpr std::size_t surely_found = 4;

std::size_t n_tried(const FitSettings& settings, std::size_t round) { return settings.n_start * times_n_start[round]; }

/// Whether round `round` beyond the first starts is.
bool is_worth(std::size_t round, const Ended& ended) {
  return round + 1 < std::size(times_n_start) && ended.n_agree < surely_found &&
         (round == 0 || ended.chi_square > surely_wrong);
}

std::vector<Tissue> next_best(const StartPool& pool, const Eigen::VectorXcd& data, std::size_t first, std::size_t last) {
  std::vector<Tissue> starts = pool.best(data, last);
  starts.erase(starts.begin(), starts.begin() + static_cast<std::ptrdiff_t>(std::min(first, starts.size())));
  return starts;
}

/// Made when a voxel first asks for a draw: a refinement of good estimates may never do, and a pool takes seconds.
class LazyPool {
 public:
  explicit LazyPool(std::function<StartPool(std::size_t n_thread)> make) : make_(std::move(make)) {}
  const StartPool& of(std::size_t n_thread) const {
    std::call_once(once_, [&] { pool_.emplace(make_(std::max<std::size_t>(n_thread, 1))); });
    return *pool_;
  }

 private:
  std::function<StartPool(std::size_t)> make_;
  mutable std::once_flag once_;
  mutable std::optional<StartPool> pool_;
};

class Draws : public StartSource {
 public:
  Draws(const LazyPool& pool, const FitSettings& settings) : pool_(pool), settings_(settings) {}

  int max_evaluations() const override { return settings_.max_iterations; }

  std::vector<Tissue> starts(std::size_t, const Eigen::VectorXcd& data) const override {
    return pool_.of(settings_.n_thread).best(data, settings_.n_start);
  }

  std::vector<Tissue> second_thoughts(std::size_t, const Eigen::VectorXcd& data, const Ended& ended,
                                      std::size_t round) const override {
    if (ended.is_plausible || !is_worth(round, ended)) return {};
    return next_best(pool_.of(settings_.n_thread), data, n_tried(settings_, round), n_tried(settings_, round + 1));
  }

 private:
  const LazyPool& pool_;
  const FitSettings& settings_;
};

class Given : public StartSource {
 public:
  Given(const LazyPool& pool, std::span<const Tissue> given, const FitSettings& settings)
      : pool_(pool), given_(given), settings_(settings) {}

  int max_evaluations() const override {
    return settings_.max_refining > 0 ? settings_.max_refining : settings_.max_iterations;
  }

  std::vector<Tissue> starts(std::size_t voxel, const Eigen::VectorXcd& data) const override {
    const auto values = given_[voxel].values();
    if (std::none_of(values.begin(), values.end(), [](double v) { return std::isnan(v); })) return {given_[voxel]};
    return {completed(voxel, nearest_draw(data))};
  }

  std::vector<Tissue> rivals(std::size_t voxel, const Eigen::VectorXcd& data) const override {
    // Where neither is told, the start has them from the draw already.
    if (!settings_.rivals || (std::isnan(given_[voxel].omega0_rad_s) && std::isnan(given_[voxel].b1_rel))) return {};
    const Tissue draw = nearest_draw(data), start = completed(voxel, draw);
    Tissue rival = start;
    rival.omega0_rad_s = draw.omega0_rad_s;
    rival.b1_rel = draw.b1_rel;
    if (rival.values() == start.values()) return {};
    return {rival};
  }

  std::vector<Tissue> second_thoughts(std::size_t, const Eigen::VectorXcd& data, const Ended& ended,
                                      std::size_t round) const override {
    // Without sigma a draw that leaves less is all that can tell a wrong minimum.
    const bool is_believed =
        ended.chi_square ? ended.is_plausible : round > 0 || ended.misfit <= pool_.of(settings_.n_thread).least_misfit(data);
    if (is_believed || (round > 0 && !is_worth(round - 1, ended))) return {};
    return next_best(pool_.of(settings_.n_thread), data, round == 0 ? 0 : n_tried(settings_, round - 1),
                     n_tried(settings_, round));
  }

 private:
  Tissue nearest_draw(const Eigen::VectorXcd& data) const { return pool_.of(settings_.n_thread).best(data, 1).front(); }

  /// What is not told is that of the draw.
  Tissue completed(std::size_t voxel, const Tissue& draw) const {
    std::array<double, n_parameter> values = given_[voxel].values();
    const std::array<double, n_parameter> drawn = draw.values();
    for (std::size_t p = 0; p < n_parameter; ++p)
      if (std::isnan(values[p])) values[p] = drawn[p];
    return Tissue::from_values(values);
  }

  const LazyPool& pool_;
  std::span<const Tissue> given_;
  const FitSettings& settings_;
};

/// The first of the draws alone, whose end is believed.
class FirstDraws : public Draws {
 public:
  using Draws::Draws;
  std::vector<Tissue> second_thoughts(std::size_t, const Eigen::VectorXcd&, const Ended&, std::size_t) const override {
    return {};
  }
};

/// Starts beside an end that is known. That is among them: it ends at once, and those that cannot reach it end early.
class Suggested : public StartSource {
 public:
  Suggested(std::span<const VoxelFit> ends, std::span<const std::vector<Tissue>> starts, const FitSettings& settings)
      : ends_(ends), starts_(starts), settings_(settings) {}

  int max_evaluations() const override { return settings_.max_iterations; }

  std::vector<Tissue> starts(std::size_t voxel, const Eigen::VectorXcd&) const override {
    std::vector<Tissue> all = starts_[voxel];
    all.insert(all.begin(), ends_[voxel].tissue);
    return all;
  }

  std::vector<Tissue> second_thoughts(std::size_t, const Eigen::VectorXcd&, const Ended&, std::size_t) const override {
    return {};
  }

 private:
  std::span<const VoxelFit> ends_;
  std::span<const std::vector<Tissue>> starts_;
  const FitSettings& settings_;
};

void check(const ForwardModel& model, const Unknowns& unknowns, const FitSettings& settings) {
  if (const std::size_t least = least_rank(unknowns, settings); static_cast<std::size_t>(model.n_coeff()) < least)
    throw std::invalid_argument("expected a rank of at least " + std::to_string(least) + ", found " +
                                std::to_string(model.n_coeff()));
  if (settings.n_start == 0) throw std::invalid_argument("expected at least one start, found 0");
  if (settings.map_prior && !settings.sigma)
    throw std::invalid_argument("expected the noise of the data for a maximum a posteriori, found none");
}

}  // namespace

std::size_t least_rank(const Unknowns& unknowns, const FitSettings& settings) {
  const std::size_t n_unknown = unknowns.size() + 2;
  return (n_unknown + (settings.sigma ? 0 : 1) + 1) / 2;
}

struct Fitter::Impl {
  Impl(std::shared_ptr<const ForwardModel> model_in, const Prior& prior, const FitSettings& settings_in)
      : settings(settings_in),
        range(prior, settings.t1_model),
        model((check(*model_in, range.unknowns(), settings), std::move(model_in))),
        pool([this, prior](std::size_t n_thread) {
          return StartPool(*model, prior, range, settings.n_screened, settings.seed, n_thread);
        }) {
    if (settings.map_prior) prior_terms.emplace(prior, range);
  }

  std::vector<VoxelFit> solve(const Eigen::MatrixXcd& coefficients, const StartSource& source,
                              const std::function<void(std::size_t)>& on_voxel) const {
    return solve(coefficients, source, on_voxel, settings);
  }

  std::vector<VoxelFit> solve(const Eigen::MatrixXcd& coefficients, const StartSource& source,
                              const std::function<void(std::size_t)>& on_voxel, const FitSettings& used) const {
    if (coefficients.rows() != model->n_coeff())
      throw std::invalid_argument("expected " + std::to_string(model->n_coeff()) + " coefficients per voxel, found " +
                                  std::to_string(coefficients.rows()));
    const SearchRules rules{
        range, used, prior_terms ? &*prior_terms : nullptr, first_damping, model->coefficient_error(), chi_square_factor};
    return solve_voxels(*model, rules, source, coefficients, on_voxel);
  }

  /// Half the squared residual and, for a maximum a posteriori, the terms of the prior in its units.
  double cost_of(const VoxelFit& fit) const {
    const double misfit = 0.5 * fit.residual_norm * fit.residual_norm;
    if (!prior_terms) return misfit;
    LocalModel end;
    end.x = range.to_scaled(fit.tissue);
    end.gradient = Vector::Zero(end.x.size());
    end.curvature = Square::Zero(end.x.size(), end.x.size());
    prior_terms->add(fit.sigma * fit.sigma, end);
    return misfit + end.cost;
  }

  FitSettings settings;
  FitRange range;
  std::shared_ptr<const ForwardModel> model;
  LazyPool pool;
  std::optional<PriorTerms> prior_terms;
  double chi_square_factor = 1;
};

Fitter::Fitter(std::shared_ptr<const ForwardModel> model, const Prior& prior, const FitSettings& settings)
    : impl_(std::make_unique<Impl>(std::move(model), prior, settings)) {}

Fitter::Fitter(Sequence sequence, Basis basis, const Prior& prior, const FitSettings& settings)
    : Fitter(
          std::make_shared<SimulatedModel>(std::move(sequence), FitRange(prior, settings.t1_model).domain(), std::move(basis)),
          prior, settings) {}

Fitter::~Fitter() = default;
Fitter::Fitter(Fitter&&) noexcept = default;

std::vector<VoxelFit> Fitter::fit(const Eigen::MatrixXcd& coefficients,
                                  const std::function<void(std::size_t)>& on_voxel) const {
  return impl_->solve(coefficients, Draws(impl_->pool, settings()), on_voxel);
}

std::vector<VoxelFit> Fitter::fit_from(const Eigen::MatrixXcd& coefficients, std::span<const Tissue> starts,
                                       const std::function<void(std::size_t)>& on_voxel) const {
  if (starts.size() != static_cast<std::size_t>(coefficients.cols()))
    throw std::invalid_argument("expected one start for each of " + std::to_string(coefficients.cols()) + " voxels, found " +
                                std::to_string(starts.size()));
  return impl_->solve(coefficients, Given(impl_->pool, starts, settings()), on_voxel);
}

std::vector<VoxelFit> Fitter::fit_again(const Eigen::MatrixXcd& coefficients, std::span<const VoxelFit> ends,
                                        std::span<const std::vector<Tissue>> starts,
                                        const std::function<void(std::size_t)>& on_voxel) const {
  const auto n_voxel = static_cast<std::size_t>(coefficients.cols());
  if (ends.size() != n_voxel || starts.size() != n_voxel)
    throw std::invalid_argument("expected ends and starts of " + std::to_string(n_voxel) + " voxels, found " +
                                std::to_string(ends.size()) + " and " + std::to_string(starts.size()));
  std::vector<VoxelFit> fits = impl_->solve(coefficients, Suggested(ends, starts, settings()), on_voxel);
  for (std::size_t v = 0; v < n_voxel; ++v) {
    const VoxelFit& end = ends[v];
    const std::size_t n_simulated = end.n_simulated + fits[v].n_simulated;
    const double tolerance = cost_tolerance(end.sigma, coefficients.col(static_cast<Eigen::Index>(v)).norm());
    if (!has_estimate(fits[v].status) || !(impl_->cost_of(fits[v]) < impl_->cost_of(end) - tolerance)) fits[v] = end;
    fits[v].n_simulated = n_simulated;
  }
  return fits;
}

ExpectedResidual Fitter::expect_residual_of(const Eigen::MatrixXcd& sample, std::size_t n_thread) {
  constexpr double share = 0.9;
  ExpectedResidual expected;
  if (!settings().sigma) return expected;
  const double n = degrees_of_freedom(model().n_coeff(), range().n_unknown());
  std::vector<double> chi_square;
  FitSettings with_threads = settings();
  with_threads.n_thread = n_thread;
  for (const VoxelFit& fit : impl_->solve(sample, FirstDraws(impl_->pool, with_threads), {}, with_threads)) {
    if (!has_estimate(fit.status)) continue;
    const double variance = fit.sigma * fit.sigma + std::pow(model().coefficient_error(), 2) * std::norm(fit.m0);
    chi_square.push_back(fit.residual_norm * fit.residual_norm / variance / n);
  }
  if (chi_square.size() < least_sample) return expected;
  std::sort(chi_square.begin(), chi_square.end());
  const double middle = (chi_square[(chi_square.size() - 1) / 2] + chi_square[chi_square.size() / 2]) / 2;
  const double large = chi_square[static_cast<std::size_t>(share * static_cast<double>(chi_square.size()))];
  expected.median = middle / median_reduced_chi_square(n);
  expected.factor = std::max(1.0, large / largest_reduced_chi_square(n));
  expect(expected);
  return expected;
}

void Fitter::expect(const ExpectedResidual& expected) noexcept { impl_->chi_square_factor = expected.factor; }

const FitSettings& Fitter::settings() const noexcept { return impl_->settings; }
const FitRange& Fitter::range() const noexcept { return impl_->range; }
const ForwardModel& Fitter::model() const noexcept { return *impl_->model; }

}  // namespace crbrt::physics
