// SPDX-License-Identifier: Apache-2.0
// Drawing, simulating and ranking of starting points.
#include "physics/nlls/start_pool.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <future>
#include <numeric>
#include <span>

#include "physics/nlls/basin.h"

namespace crbrt::physics {

namespace {

constexpr std::size_t batch = 64;  // bounds the memory of a batch, and fills the lanes

Tissue into(const FitRange& range, const Tissue& tissue) { return range.to_tissue(range.to_scaled(tissue).data()); }

/// Coefficients [n_coeff, n_tissue].
Eigen::MatrixXcd coefficients_of(const ForwardModel& model, const std::vector<Tissue>& tissues, std::size_t n_thread) {
  Eigen::MatrixXcd all(model.n_coeff(), static_cast<Eigen::Index>(tissues.size()));
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    Signals coefficients;
    for (std::size_t first = 0; (first = batch * next++) < tissues.size();) {
      const std::size_t n = std::min(batch, tissues.size() - first);
      model.evaluate(std::span(tissues).subspan(first, n), coefficients);
      all.middleCols(static_cast<Eigen::Index>(first), static_cast<Eigen::Index>(n)) = coefficients;
    }
  };
  std::vector<std::future<void>> others;  // which hand on what the model throws, and end before the memory does
  for (std::size_t t = 1; t < n_thread; ++t) others.push_back(std::async(std::launch::async, work));
  work();
  for (std::future<void>& other : others) other.get();
  return all;
}

}  // namespace

StartPool::StartPool(const ForwardModel& model, const Prior& prior, const FitRange& range, std::size_t n_draw,
                     std::uint64_t seed, std::size_t n_thread)
    : tr_s_(model.tr_s()),
      has_omega0_(range.unknowns().has(Parameter::omega0_rad_s)),
      is_conjugated_(model.is_mirrored_by_conjugation()) {
  for (const TissueClass& tissue_class : prior.classes)
    tissues_.push_back(into(range, mean_tissue(tissue_class, prior.t1_model)));
  for (std::size_t i = 0; i < n_draw; ++i) tissues_.push_back(into(range, prior.draw(seed, Stream::start, i)));

  const auto directions_of = [&](const std::vector<Tissue>& tissues) {
    Eigen::MatrixXcd c = coefficients_of(model, tissues, n_thread);
    c.colwise().normalize();  // leaves a column of zeros as it is
    return Directions{c.real().transpose().cast<float>(), c.imag().transpose().cast<float>()};
  };
  directions_ = directions_of(tissues_);
  if (!has_omega0_ || is_conjugated_) return;
  std::vector<Tissue> mirrored = tissues_;
  for (Tissue& tissue : mirrored) tissue.omega0_rad_s *= -1;
  mirrored_ = directions_of(mirrored);
}

// |c^H d|^2 of a + i b and p + i q is (a p + b q)^2 + (a q - b p)^2, and of its conjugate (a p - b q)^2 + (a q + b p)^2: four
// real products serve both.
StartPool::Scores StartPool::scores(const Eigen::VectorXcd& data) const {
  const Eigen::VectorXf p = data.real().cast<float>(), q = data.imag().cast<float>();
  const auto of = [&](const Directions& directions) {
    const Eigen::ArrayXf ap = directions.real * p, bq = directions.imag * q, aq = directions.real * q, bp = directions.imag * p;
    return Scores{(ap + bq).square() + (aq - bp).square(), (ap - bq).square() + (aq + bp).square()};
  };
  Scores scores = of(directions_);
  if (!has_omega0_)
    scores.mirrored.resize(0);
  else if (!is_conjugated_)
    scores.mirrored = of(mirrored_).drawn;
  return scores;
}

std::vector<Tissue> StartPool::best(const Eigen::VectorXcd& data, std::size_t n_start) const {
  // ||d||^2 - |c^H d|^2 / ||c||^2 is the residual with M0 eliminated.
  const Scores all = scores(data);
  const auto n_drawn = static_cast<std::size_t>(all.drawn.size());
  const auto score = [&](std::size_t i) {
    return i < n_drawn ? all.drawn[static_cast<Eigen::Index>(i)] : all.mirrored[static_cast<Eigen::Index>(i - n_drawn)];
  };
  std::vector<std::size_t> order(n_drawn + static_cast<std::size_t>(all.mirrored.size()));
  std::iota(order.begin(), order.end(), std::size_t{0});
  // A heap, because a few of thousands are asked for.
  const auto is_worse = [&](std::size_t a, std::size_t b) { return score(a) != score(b) ? score(a) < score(b) : a > b; };
  std::make_heap(order.begin(), order.end(), is_worse);
  std::vector<Tissue> starts;
  while (!order.empty() && starts.size() < n_start) {
    const Tissue tissue = start(order.front());
    std::pop_heap(order.begin(), order.end(), is_worse);
    order.pop_back();
    const bool is_near =
        std::any_of(starts.begin(), starts.end(), [&](const Tissue& earlier) { return is_same_basin(tissue, earlier, tr_s_); });
    if (!is_near) starts.push_back(tissue);
  }
  return starts;
}

double StartPool::least_misfit(const Eigen::VectorXcd& data) const {
  const Scores all = scores(data);
  float best = all.drawn.maxCoeff();
  if (all.mirrored.size() > 0) best = std::max(best, all.mirrored.maxCoeff());
  return 0.5 * std::max(data.squaredNorm() - double{best}, 0.0);
}

Tissue StartPool::start(std::size_t candidate) const {
  Tissue tissue = tissues_[candidate % tissues_.size()];
  if (candidate >= tissues_.size()) tissue.omega0_rad_s = -tissue.omega0_rad_s;
  return tissue;
}

}  // namespace crbrt::physics
