// Drawing, simulating and ranking of starting points.
#include "physics/nlls/start_pool.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <span>

namespace crbrt::physics {

namespace {

constexpr std::size_t batch = 64;  // bounds the memory of a batch, and fills the lanes

// Minima of one voxel were seen 100 rad/s (of a period of 1800) or 0.2 in B1 apart, and mostly both.
constexpr double near_b1 = 0.1;
constexpr double near_omega0_period = 0.04;

Tissue into(const FitRange& range, const Tissue& tissue) { return range.to_tissue(range.to_scaled(tissue).data()); }

/// Coefficients [n_coeff, n_tissue] of norm 1, or of 0 where there is no signal.
Eigen::MatrixXcd directions_in(const ForwardModel& model, const std::vector<Tissue>& tissues) {
  Eigen::MatrixXcd directions(model.n_coeff(), static_cast<Eigen::Index>(tissues.size()));
  Signals coefficients;
  for (std::size_t first = 0; first < tissues.size(); first += batch) {
    const std::size_t n = std::min(batch, tissues.size() - first);
    model.evaluate(std::span(tissues).subspan(first, n), coefficients);
    directions.middleCols(static_cast<Eigen::Index>(first), static_cast<Eigen::Index>(n)) = coefficients;
  }
  directions.colwise().normalize();  // leaves a column of zeros as it is
  return directions;
}

}  // namespace

StartPool::StartPool(const ForwardModel& model, const Prior& prior, const FitRange& range, std::size_t n_draw,
                     std::uint64_t seed)
    : near_omega0_rad_s_(near_omega0_period * 2 * std::numbers::pi / model.tr_s()),
      is_mirrored_(range.unknowns().has(Parameter::omega0_rad_s)) {
  for (const TissueClass& tissue_class : prior.classes)
    tissues_.push_back(into(range, mean_tissue(tissue_class, prior.t1_model)));
  for (std::size_t i = 0; i < n_draw; ++i) tissues_.push_back(into(range, prior.draw(seed, Stream::start, i)));

  directions_ = directions_in(model, tissues_);
  if (model.is_mirrored_by_conjugation()) {
    mirrored_ = directions_.conjugate();
  } else {
    std::vector<Tissue> mirrored = tissues_;
    for (Tissue& tissue : mirrored) tissue.omega0_rad_s *= -1;
    mirrored_ = directions_in(model, mirrored);
  }
}

std::vector<Tissue> StartPool::best(const Eigen::VectorXcd& data, std::size_t n_start) const {
  // ||d||^2 - |c^H d|^2 / ||c||^2 is the residual with M0 eliminated.
  const Eigen::VectorXd match = (directions_.adjoint() * data).cwiseAbs2();
  const Eigen::VectorXd mirrored = (mirrored_.adjoint() * data).cwiseAbs2();
  const auto score = [&](std::size_t i) {
    const auto k = static_cast<Eigen::Index>(i % tissues_.size());
    return i < tissues_.size() ? match[k] : mirrored[k];
  };
  std::vector<std::size_t> order((is_mirrored_ ? 2 : 1) * tissues_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // A heap, because a few of thousands are asked for.
  const auto is_worse = [&](std::size_t a, std::size_t b) { return score(a) != score(b) ? score(a) < score(b) : a > b; };
  std::make_heap(order.begin(), order.end(), is_worse);
  std::vector<Tissue> starts;
  while (!order.empty() && starts.size() < n_start) {
    const Tissue tissue = start(order.front());
    std::pop_heap(order.begin(), order.end(), is_worse);
    order.pop_back();
    const bool is_near = std::any_of(starts.begin(), starts.end(), [&](const Tissue& earlier) {
      return std::abs(tissue.omega0_rad_s - earlier.omega0_rad_s) < near_omega0_rad_s_ &&
             std::abs(tissue.b1_rel - earlier.b1_rel) < near_b1;
    });
    if (!is_near) starts.push_back(tissue);
  }
  return starts;
}

double StartPool::least_misfit(const Eigen::VectorXcd& data) const {
  double best = (directions_.adjoint() * data).cwiseAbs2().maxCoeff();
  if (is_mirrored_) best = std::max(best, (mirrored_.adjoint() * data).cwiseAbs2().maxCoeff());
  return 0.5 * std::max(data.squaredNorm() - best, 0.0);
}

Tissue StartPool::start(std::size_t candidate) const {
  Tissue tissue = tissues_[candidate % tissues_.size()];
  if (candidate >= tissues_.size()) tissue.omega0_rad_s = -tissue.omega0_rad_s;
  return tissue;
}

}  // namespace crbrt::physics
