// SPDX-License-Identifier: Apache-2.0
// From the HDF5 set's fingerprints to loss-ready rows. What cannot be trained on is dropped and counted here, in one place.
#include "trainer/training_data.h"

#include <algorithm>
#include <cmath>
#include <complex>

#include "base/error.h"
#include "base/sha256.h"
#include "trainer/held_out.h"

namespace crbrt::trainer {
namespace {

/// Appends fingerprint i to `samples`, or returns false where it has no signal or no usable bound.
bool append(const physics::Dataset& dataset, Eigen::Index i, const std::vector<physics::Target>& outputs, Samples& samples) {
  const auto c = dataset.coefficients.col(i);
  if (!c.allFinite() || c.norm() < physics::min_signal_norm) return false;
  std::vector<double> targets, inverse_bounds;
  for (const physics::Target& output : outputs) {
    targets.push_back(output.value[i]);
    const double bound = output.bound[i];
    if (!std::isfinite(targets.back()) || !std::isfinite(bound) || !(bound > 0)) return false;
    inverse_bounds.push_back(1 / bound);
  }
  for (Eigen::Index k = 0; k < c.size(); ++k) samples.coefficients.push_back(static_cast<float>(c[k].real()));
  for (Eigen::Index k = 0; k < c.size(); ++k) samples.coefficients.push_back(static_cast<float>(c[k].imag()));
  samples.targets.insert(samples.targets.end(), targets.begin(), targets.end());
  samples.inverse_bounds.insert(samples.inverse_bounds.end(), inverse_bounds.begin(), inverse_bounds.end());
  ++samples.n;
  return true;
}

/// The sign of which a conjugated voxel no longer tells.
bool asks_for_off_resonance(const Config& config) {
  return std::any_of(config.outputs.begin(), config.outputs.end(),
                     [](const OutputConfig& output) { return output.name.starts_with("omega0_"); });
}

void check_agreement(const physics::Dataset& dataset, const Config& config, const std::string& file) {
  const auto n_coeff = dataset.coefficients.rows();
  const auto expect_coefficient = [&](int reference, const char* key) {
    if (reference >= n_coeff)
      throw base::DisagreementError(file, "coefficient " + std::to_string(reference) + " (" + key + ")",
                                    std::to_string(n_coeff) + " coefficients");
  };
  expect_coefficient(config.preprocessing.phase_reference, "phase_reference");
  expect_coefficient(config.preprocessing.conjugate_reference, "conjugate_reference");
  if (config.preprocessing.conjugate_reference >= 0 && dataset.basis.is_complex())
    throw base::DisagreementError(file, "a real basis for conjugate_reference", "a complex one");
  if (config.preprocessing.conjugate_reference >= 0 && asks_for_off_resonance(config))
    throw base::DisagreementError(file, "outputs that do not depend on the sign of omega0, for conjugate_reference",
                                  "an output that does");
  if (dataset.size() == 0) throw base::DisagreementError(file, "fingerprints", "none");
}

}  // namespace

Config for_data(Config config, const physics::Dataset& dataset) {
  PreprocessingConfig& p = config.preprocessing;
  if (!p.conjugates_by_strongest) return config;
  const Eigen::Index n_coeff = dataset.coefficients.rows();
  const bool is_symmetric = !dataset.basis.is_complex() && !dataset.foreign && !asks_for_off_resonance(config);
  if (!is_symmetric || n_coeff == 1 || p.phase_reference >= n_coeff) return config;
  Eigen::ArrayXd sum = Eigen::ArrayXd::Zero(n_coeff);
  for (Eigen::Index i = 0; i < dataset.coefficients.cols(); ++i) {
    const auto c = dataset.coefficients.col(i);
    const std::complex<double> reference = c[p.phase_reference];
    const double size = std::abs(reference) * c.norm();
    if (size > 0) sum += (c * std::conj(reference)).imag().array().abs() / size;
  }
  sum[p.phase_reference] = -1;
  Eigen::Index strongest = 0;
  sum.maxCoeff(&strongest);
  p.conjugate_reference = static_cast<int>(strongest);
  return config;
}

TrainingData prepare_data(const physics::Dataset& dataset, const Config& config, const std::string& file) {
  check_agreement(dataset, config, file);
  TrainingData data;
  data.n_coeff = static_cast<std::size_t>(dataset.coefficients.rows());
  data.n_output = config.outputs.size();
  data.snr = config.snr.value_or(SnrRange{dataset.snr_min, dataset.snr_max});
  std::vector<physics::Target> outputs;
  for (const OutputConfig& output : config.outputs) outputs.push_back(dataset.target(output.name, file));
  for (const physics::Target& output : outputs) data.units.push_back(output.unit);
  const std::size_t n = dataset.size();
  const std::vector<bool> held = held_out_of(n, config.validation, config.seed, file);
  for (std::size_t i = 0; i < n; ++i)
    if (!append(dataset, static_cast<Eigen::Index>(i), outputs, held[i] ? data.validation : data.training)) ++data.n_dropped;
  expect_enough(data.training.n, data.validation.n, data.n_dropped, file);
  return data;
}

Samples all_samples(const physics::Dataset& dataset, const std::vector<std::string>& outputs, const std::string& file) {
  std::vector<physics::Target> targets;
  for (const std::string& output : outputs) targets.push_back(dataset.target(output, file));
  Samples samples;
  for (std::size_t i = 0; i < dataset.size(); ++i) append(dataset, static_cast<Eigen::Index>(i), targets, samples);
  return samples;
}

Standardization standardize_targets(const TrainingData& data) {
  Standardization result;
  const Samples& s = data.training;
  for (std::size_t p = 0; p < data.n_output; ++p) {
    double sum = 0, sum_of_squares = 0;
    for (std::size_t i = 0; i < s.n; ++i) sum += s.targets[i * data.n_output + p];
    const double mean = sum / static_cast<double>(s.n);
    for (std::size_t i = 0; i < s.n; ++i) {
      const double deviation = s.targets[i * data.n_output + p] - mean;
      sum_of_squares += deviation * deviation;
    }
    const double std = std::sqrt(sum_of_squares / static_cast<double>(s.n));
    result.offset.push_back(static_cast<float>(mean));
    result.scale.push_back(std > 0 ? static_cast<float>(std) : 1.0f);
  }
  return result;
}

std::string run_identity(const Config& config, const TrainingData& data) {
  base::Sha256 hash;
  hash.add(config.text.data(), config.text.size());
  hash.add(&data.snr, sizeof data.snr);
  for (const Samples* samples : {&data.training, &data.validation}) {
    hash.add(samples->coefficients.data(), samples->coefficients.size() * sizeof(float));
    hash.add(samples->targets.data(), samples->targets.size() * sizeof(double));
    hash.add(samples->inverse_bounds.data(), samples->inverse_bounds.size() * sizeof(double));
  }
  return base::hex(hash.digest());
}

}  // namespace crbrt::trainer
