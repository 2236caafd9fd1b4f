// SPDX-License-Identifier: Apache-2.0
// The runtime's scalar kernels measure, so that a model does not depend on the CPU that measured it.
#include "trainer/measured_limits.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <tuple>

#include "base/bound_session.h"
#include "base/error.h"
#include "base/model_file.h"
#include "crbrt/crbrt.hpp"
#include "physics/basis.h"
#include "physics/counter_random.h"

namespace crbrt::trainer {
namespace {

constexpr double rare = 0.001;     // share of the prior, and of the predictions, beyond which nothing is typical
constexpr double atypical = 0.01;  // share of training voxels above the threshold
constexpr int n_snr = 10;          // levels of noise that are drawn
constexpr std::size_t least_voxels = 2000, most_groups = 20, least_group = 500;

template <class T>
T quantile(std::vector<T>& values, double share) {
  const auto at = static_cast<std::ptrdiff_t>(std::lround(share * static_cast<double>(values.size() - 1)));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

/// Rows of noisy coefficients at sigma = 1 / snr_max, as in trainer/noise.h.
std::vector<float> noisy(const Samples& samples, std::size_t n_coeff, double snr, double snr_max, std::uint64_t seed) {
  std::vector<float> rows(samples.coefficients.size());
  for (std::size_t i = 0; i < samples.n; ++i) {
    physics::CounterRandom random(seed, physics::Stream::validation_noise, i);
    const double phase = 2 * std::numbers::pi * random.uniform(), c = snr / snr_max * std::cos(phase),
                 s = snr / snr_max * std::sin(phase);
    const float* const from = samples.coefficients.data() + i * 2 * n_coeff;
    float* const to = rows.data() + i * 2 * n_coeff;
    for (std::size_t k = 0; k < n_coeff; ++k) {
      const double re = static_cast<double>(from[k]), im = static_cast<double>(from[n_coeff + k]);
      to[k] = static_cast<float>(re * c - im * s + random.normal() / snr_max);
      to[n_coeff + k] = static_cast<float>(re * s + im * c + random.normal() / snr_max);
    }
  }
  return rows;
}

/// What the model gives beside its estimates.
struct Details {
  std::vector<float> std;    ///< [voxel, output]
  std::vector<float> score;  ///< [voxel]; empty without atypicality
};

Details details_of(base::BoundSession& session, const std::vector<float>& rows, float sigma) {
  const Program& program = *session->program();
  const std::size_t n = rows.size() / (2 * std::size_t{program.n_coeff});
  std::vector<float> estimates(n * program.n_output);
  Details details{std::vector<float>(n * program.n_output), std::vector<float>(program.atypicality != nullptr ? n : 0)};
  const Status status = session->run(Coefficients::rows(rows.data(), n, program.n_coeff),
                                     {.estimates = {estimates.data(), n, program.n_output},
                                      .standard_deviations = {details.std.data(), n, program.n_output},
                                      .atypicality = {details.score.data(), details.score.size()},
                                      .sigma = sigma});
  if (status != Status::ok) throw base::Error(base::exit_internal, message(status));
  return details;
}

double norm_of(const float* row, std::size_t n) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += static_cast<double>(row[i]) * static_cast<double>(row[i]);
  return std::sqrt(sum);
}

void append_scored(const Details& details, const std::vector<float>& rows, double sigma, const Program& program,
                   std::vector<ScoredVoxel>& voxels) {
  const std::size_t width = 2 * std::size_t{program.n_coeff};
  const Uncertainty& u = *program.uncertainty;
  for (std::size_t v = 0; v < details.score.size(); ++v) {
    const auto l =
        static_cast<float>(std::log(sigma / norm_of(rows.data() + v * width, width)) - static_cast<double>(u.log_noise_center));
    voxels.push_back({std::clamp(l, u.log_noise_min, u.log_noise_max), details.score[v]});
  }
}

/// Every n-th of a row-major table, from the first on.
template <class T>
std::vector<T> column(const std::vector<T>& table, std::size_t first, std::size_t n) {
  std::vector<T> values;
  for (std::size_t i = first; i < table.size(); i += n) values.push_back(table[i]);
  return values;
}

/// One group's mean l and the quantile of its scores.
struct Knot {
  double log_noise = 0, score = 0;
};

std::vector<Knot> knots_of(const std::vector<ScoredVoxel>& sorted) {
  const std::size_t n_group = std::clamp<std::size_t>(sorted.size() / least_group, 3, most_groups);
  std::vector<Knot> knots;
  for (std::size_t g = 0; g < n_group; ++g) {
    const std::size_t first = g * sorted.size() / n_group, end = (g + 1) * sorted.size() / n_group;
    std::vector<float> scores;
    Knot knot;
    for (std::size_t v = first; v < end; ++v) {
      knot.log_noise += static_cast<double>(sorted[v].log_noise) / static_cast<double>(end - first);
      scores.push_back(sorted[v].score);
    }
    knot.score = static_cast<double>(quantile(scores, 1 - atypical));
    knots.push_back(knot);
  }
  return knots;
}

/// Least squares of a parabola; of a constant alone where all knots have one l.
Eigen::Vector3d parabola(const std::vector<Knot>& knots) {
  Eigen::MatrixX3d powers(static_cast<Eigen::Index>(knots.size()), 3);
  Eigen::VectorXd scores(powers.rows());
  for (Eigen::Index i = 0; i < powers.rows(); ++i) {
    const Knot& knot = knots[static_cast<std::size_t>(i)];
    powers.row(i) << 1, knot.log_noise, knot.log_noise * knot.log_noise;
    scores[i] = knot.score;
  }
  return powers.completeOrthogonalDecomposition().solve(scores);
}

}  // namespace

std::pair<float, float> std_limits(std::vector<double> targets, std::vector<float> predicted) {
  const double low = quantile(targets, rare), high = quantile(targets, 1 - rare);
  const float largest = high > low ? static_cast<float>((high - low) / 2) : std::numeric_limits<float>::infinity();
  const float least = quantile(predicted, rare) / 4;
  return {least < largest ? least : 0, largest};
}

std::vector<float> threshold_at_noise(std::vector<ScoredVoxel> voxels) {
  if (voxels.size() < least_voxels) return {};
  std::sort(voxels.begin(), voxels.end(), [](const ScoredVoxel& a, const ScoredVoxel& b) {
    return a.log_noise != b.log_noise ? a.log_noise < b.log_noise : a.score < b.score;
  });
  const Eigen::Vector3d terms = parabola(knots_of(voxels));
  std::vector<double> above;
  for (const ScoredVoxel& v : voxels) {
    const double l = static_cast<double>(v.log_noise);
    above.push_back(static_cast<double>(v.score) - (terms[0] + l * (terms[1] + l * terms[2])));
  }
  const double shift = quantile(above, 1 - atypical);
  return {static_cast<float>(terms[0] + shift), static_cast<float>(terms[1]), static_cast<float>(terms[2])};
}

void measure_limits(ModelFile& file, const Samples& prior, const Samples& held_out, const SnrRange& snr) {
  if (!file.network.uncertainty || held_out.n == 0) return;
  for (NetworkOutput& output : file.network.outputs) {  // what is measured is what the network says itself
    output.std_minimum = 0;
    output.std_maximum = std::numeric_limits<float>::infinity();
  }
  const Model model = base::lowered(file, file.network.name);
  base::BoundSession session(model.program(), Isa::scalar);
  const std::size_t n_output = file.network.outputs.size();
  const double sigma = 1 / snr.maximum;
  std::vector<ScoredVoxel> voxels;
  Details quietest;
  for (int level = 0; level < n_snr; ++level) {
    const double level_snr = snr.minimum * std::pow(snr.maximum / snr.minimum, static_cast<double>(level) / (n_snr - 1));
    const std::vector<float> rows =
        noisy(held_out, file.network.n_coeff, level_snr, snr.maximum, 1 + static_cast<std::uint64_t>(level));
    quietest = details_of(session, rows, static_cast<float>(sigma));
    append_scored(quietest, rows, sigma, model.program(), voxels);
  }
  for (std::size_t j = 0; j < n_output; ++j) {
    NetworkOutput& output = file.network.outputs[j];
    std::tie(output.std_minimum, output.std_maximum) =
        std_limits(column(prior.targets, j, n_output), column(quietest.std, j, n_output));
  }
  if (!file.network.atypicality) return;
  const std::vector<float> terms = threshold_at_noise(std::move(voxels));
  file.network.atypicality->depends_on_noise = terms.empty() ? 0 : 1;
  std::copy(terms.begin(), terms.end(), file.network.atypicality->at_noise);
}

void measure_limits(ModelFile& file, const std::string& path, const physics::Dataset& dataset,
                    const std::string& dataset_path) {
  if (!is_same(physics::identity_of_model(file.info), physics::identity_of(dataset.basis)))
    throw base::DisagreementError(dataset_path, "a data set of the basis of " + path, "one of another");
  std::vector<std::string> outputs;
  for (const NetworkOutput& output : file.network.outputs) outputs.push_back(output.name);
  const Samples samples = all_samples(dataset, outputs, dataset_path);
  if (samples.n == 0) throw base::DisagreementError(dataset_path, "usable fingerprints", "none");
  measure_limits(file, samples, samples, {file.info.snr_min, file.info.snr_max});
}

}  // namespace crbrt::trainer
