// SPDX-License-Identifier: Apache-2.0
// Random lobes, and least squares.
#include "tools/design/search.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "physics/counter_random.h"
#include "tools/design/shape.h"

namespace crbrt::design {
namespace {

std::vector<double> resampled(const std::vector<double>& coefficients, std::size_t n) {
  if (coefficients.size() == n) return coefficients;
  const std::size_t n_sample = 20 * std::max(n, coefficients.size());
  std::vector<double> samples(n_sample);
  for (std::size_t k = 0; k < n_sample; ++k)
    samples[k] =
        spline_weights(coefficients.size(), static_cast<double>(k) / static_cast<double>(n_sample - 1)).value(coefficients);
  return fit_spline(samples, n);
}

void cut_to_limits(Shape& shape, const Limits& limits) {
  for (double& alpha : shape.alpha_rad) alpha = std::clamp(alpha, 0.0, limits.alpha_max_rad);
  for (double& trf : shape.trf_s) trf = std::clamp(trf, limits.trf_min_s, limits.trf_max_s);
}

void expect_length(const Problem& problem, const std::string& name, std::size_t n_pulse, double tr_s) {
  if (n_pulse == problem.n_pulse && std::abs(tr_s - problem.tr_s) < 1e-9) return;
  throw base::DisagreementError(
      name, "a train of " + std::to_string(problem.n_pulse) + " pulses every " + std::to_string(problem.tr_s * 1e3) + " ms",
      std::to_string(n_pulse) + " every " + std::to_string(tr_s * 1e3) + " ms");
}

}  // namespace

Shape random_shape(const Problem& problem, std::uint64_t seed, std::uint64_t index) {
  physics::CounterRandom random(seed, physics::Stream::start, index);
  const auto between = [&](double low, double high) { return low + (high - low) * random.uniform(); };
  const Limits& limits = problem.limits;
  Shape shape{problem.name, problem.tr_s, problem.n_pulse, std::vector<double>(problem.n_alpha, between(0.05, 0.3)),
              std::vector<double>(problem.n_trf)};
  const double last = static_cast<double>(problem.n_alpha - 1);
  const int n_lobe = 3 + static_cast<int>(between(0, 4));
  for (int lobe = 0; lobe < n_lobe; ++lobe) {
    const double centre = random.uniform(), width = between(0.02, 0.12), height = between(0.4, limits.alpha_max_rad);
    for (std::size_t i = 0; i < shape.alpha_rad.size(); ++i) {
      const double distance = (static_cast<double>(i) / last - centre) / width;
      shape.alpha_rad[i] = std::min(limits.alpha_max_rad, shape.alpha_rad[i] + height * std::exp(-distance * distance));
    }
  }
  for (double& trf : shape.trf_s) trf = limits.trf_min_s * std::pow(limits.trf_max_s / limits.trf_min_s, random.uniform());
  return shape;
}

Shape fitted_shape(const Problem& problem, const physics::Sequence& sequence) {
  const physics::Cycle& cycle = sequence.cycles.front();
  expect_length(problem, sequence.name, cycle.alpha_rad.size(), sequence.tr_s);
  std::vector<double> log_trf;
  for (std::size_t k = 1; k < cycle.trf_s.size(); ++k) log_trf.push_back(std::log(cycle.trf_s[k]));
  Shape shape{problem.name, problem.tr_s, problem.n_pulse,
              fit_spline({cycle.alpha_rad.begin() + 1, cycle.alpha_rad.end()}, problem.n_alpha),
              fit_spline(log_trf, problem.n_trf)};
  for (double& trf : shape.trf_s) trf = std::exp(trf);
  cut_to_limits(shape, problem.limits);
  return shape;
}

Shape resampled_shape(const Problem& problem, const Shape& given) {
  expect_length(problem, given.name, given.n_pulse, given.tr_s);
  Shape shape{problem.name, problem.tr_s, problem.n_pulse, resampled(given.alpha_rad, problem.n_alpha), {}};
  std::vector<double> log_trf;
  for (double trf : given.trf_s) log_trf.push_back(std::log(trf));
  for (double trf : resampled(log_trf, problem.n_trf)) shape.trf_s.push_back(std::exp(trf));
  cut_to_limits(shape, problem.limits);
  return shape;
}

}  // namespace crbrt::design
