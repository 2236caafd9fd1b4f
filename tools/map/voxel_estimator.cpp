// SPDX-License-Identifier: Apache-2.0
// One session and its arena, and what standard deviations and scores need beside them.
#include "tools/map/voxel_estimator.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "tools/map/error_bars.h"
#include "tools/map/outputs.h"

namespace crbrt::map {
namespace {

void check(Status status) {
  if (status != Status::ok) throw base::Error(base::exit_internal, message(status));
}

/// The least value of the parabola of thresholds: at an end of the range of noise, or between them at its vertex.
float least_threshold(const Program& program) {
  const Uncertainty& u = *program.uncertainty;
  const auto& terms = program.atypicality->at_noise;
  const auto at = [&](float l) { return terms[0] + l * (terms[1] + l * terms[2]); };
  const float ends = std::min(at(u.log_noise_min), at(u.log_noise_max));
  const float vertex =
      terms[2] > 0 ? std::clamp(-terms[1] / (2 * terms[2]), u.log_noise_min, u.log_noise_max) : u.log_noise_min;
  return std::min(ends, at(vertex)) - 1e-4f;  // what rounding may add between here and there
}

double norm_of(const Coefficients& c, std::size_t v) {
  double sum = 0;
  for (std::size_t k = 0; k < c.n_coeff; ++k) {
    const std::size_t at = v * c.voxel_stride + k * c.coefficient_stride;
    const double re = static_cast<double>(c.real[at]), im = static_cast<double>(c.imag[at]);
    sum += re * re + im * im;
  }
  return std::sqrt(sum);
}

/// In double: the squares of tiny coefficients underflow in float.
void find_norms(const Coefficients& c, std::vector<double>& squares, float* norms) {
  squares.assign(c.n_voxel, 0);
  for (std::size_t k = 0; k < c.n_coeff; ++k)
    for (std::size_t v = 0; v < c.n_voxel; ++v) {
      const std::size_t at = v * c.voxel_stride + k * c.coefficient_stride;
      const double re = static_cast<double>(c.real[at]), im = static_cast<double>(c.imag[at]);
      squares[v] += re * re;
      squares[v] += im * im;
    }
  for (std::size_t v = 0; v < c.n_voxel; ++v) norms[v] = static_cast<float>(std::sqrt(squares[v]));
}

}  // namespace

VoxelEstimator::VoxelEstimator(const Program& program, Isa isa, double sigma)
    : program_(program),
      sigma_(sigma),
      m0_(signal_per_m0_output(program)),
      knows_noise_(static_cast<float>(sigma_) > 0 && program.atypicality != nullptr &&
                   program.atypicality->depends_on_noise != 0),
      least_threshold_(knows_noise_ ? least_threshold(program) : 0),
      session_(program, isa) {}

void VoxelEstimator::estimate(const Coefficients& c, BatchMaps& maps, std::span<VoxelStatus> status) {
  const std::size_t n = c.n_voxel;
  resize(n, maps);
  Results results{.estimates = View2<float>::planes(maps.estimates.data(), n, program_.n_output, n),
                  .status = {status.data(), n},
                  .sigma = static_cast<float>(sigma_)};
  if (!maps.std.empty() && program_.uncertainty != nullptr)
    results.standard_deviations = View2<float>::planes(maps.std.data(), n, program_.n_output, n);
  if (!maps.atypicality.empty()) results.atypicality = {maps.atypicality.data(), n};
  check(session_->run(c, results));
  maps.status = status;
  if (program_.uncertainty != nullptr) {
    find_limits(program_, maps);
    if (!maps.std.empty())
      check(add_prior_pull(program_, View2<const float>::planes(maps.estimates.data(), n, program_.n_output),
                           View2<float>::planes(maps.std.data(), n, program_.n_output)));
  }
  if (!m0_) return;
  find_norms(c, squares_, maps.signal_norm.data());
  find_m0(program_, sigma_, maps);
}

void VoxelEstimator::resize(std::size_t n, BatchMaps& maps) const {
  const std::size_t n_map = program_.n_output + (m0_ ? 1u : 0u);
  maps.n_voxel = n;
  maps.estimates.resize(n_map * n);
  if (static_cast<float>(sigma_) > 0) maps.std.resize(n_map * n);
  if (program_.atypicality != nullptr) maps.atypicality.resize(n);
  if (!m0_) return;
  maps.signal_norm.resize(n);
  const auto blank = [&](std::vector<float>& planes) {  // find_m0() fills what has signal
    std::fill(planes.begin() + static_cast<std::ptrdiff_t>(program_.n_output * n), planes.end(), 0.0f);
  };
  blank(maps.estimates);
  if (!maps.std.empty()) blank(maps.std);
}

// Norms are found only where the noise may matter.
Typicality VoxelEstimator::judged(const Coefficients& c, std::size_t v, float score) const {
  const bool is_gross = is_atypical(score, program_);
  if (!knows_noise_) return is_gross ? Typicality::atypical_at_any_noise : Typicality::typical;
  const double norm = norm_of(c, v);
  if (norm > 0 && score <= atypicality_threshold(program_, static_cast<float>(sigma_), static_cast<float>(norm)))
    return Typicality::typical;
  return is_gross ? Typicality::atypical_at_any_noise : Typicality::atypical;
}

std::vector<float> atypicality_of(const Program& program, Isa isa, const std::vector<float>& interleaved) {
  const std::size_t width = 2 * std::size_t{program.n_coeff}, n = interleaved.size() / width;
  std::vector<float> scores(n), estimates(n * program.n_output);
  base::BoundSession session(program, isa);
  check(session->run(Coefficients::interleaved_rows(interleaved.data(), n, program.n_coeff),
                     {.estimates = {estimates.data(), n, program.n_output}, .atypicality = {scores.data(), n}}));
  return scores;
}

}  // namespace crbrt::map
