// SPDX-License-Identifier: Apache-2.0
/// A data set as the trainer needs it: usable fingerprints only, outputs by name, bounds as loss weights, split in two; and
/// what the numbers of a network trained on it refer to, measured once on the training voxels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "physics/io/dataset.h"
#include "trainer/config.h"

namespace crbrt::trainer {

/// Inputs: x -> (x - mean) / std of every preprocessed coefficient; outputs: offset + scale * network output.
struct Standardization {
  std::vector<float> mean, std;      ///< [2 * n_coeff]
  std::vector<float> offset, scale;  ///< [n_output]
};

/// Of log(sigma / ||c||) over the training voxels: centre, and extremes relative to it.
struct NoiseRange {
  float center = 0, minimum = 0, maximum = 0;
};

/// Row-major arrays of n fingerprints.
struct Samples {
  std::size_t n = 0;
  std::vector<float> coefficients;     ///< [n, 2 * n_coeff] at M0 = 1 without noise: real parts, then imaginary parts
  std::vector<double> targets;         ///< [n, n_output] in the units of the outputs
  std::vector<double> inverse_bounds;  ///< [n, n_output] 1 / CRB at M0 = sigma = 1
};

struct TrainingData {
  std::size_t n_coeff = 0, n_output = 0;
  std::vector<std::string> units;  ///< [n_output]
  Samples training, validation;
  std::size_t n_dropped = 0;  ///< fingerprints without signal or without a finite, positive bound
  SnrRange snr;
};

/// With the coefficient that "strongest" stands for: the one with the largest imaginary part, in the mean of |Im c| / ||c||
/// over the set after the phase of phase_reference was turned to 0. None (-1) where the mirror image of a voxel is none: with a
/// complex basis, a set of another simulator, or an output that is the off-resonance.
Config for_data(Config config, const physics::Dataset& dataset);

/// Throws base::DisagreementError when an output has no bound in the set, a reference of the preprocessing is no coefficient of
/// it, voxels are to be conjugated that are not the same then, or too few fingerprints are left. `file` names the set in
/// messages.
TrainingData prepare_data(const physics::Dataset& dataset, const Config& config, const std::string& file);

/// Every usable fingerprint of a set with these outputs. `file` names the set in messages. Throws base::DisagreementError when
/// an output has no bound in it.
Samples all_samples(const physics::Dataset& dataset, const std::vector<std::string>& outputs, const std::string& file);

/// Offset and scale of the outputs: mean and standard deviation of the training targets. Inputs are left empty.
Standardization standardize_targets(const TrainingData& data);

/// SHA-256 of configuration and data: a checkpoint continues only the run that it belongs to.
std::string run_identity(const Config& config, const TrainingData& data);

}  // namespace crbrt::trainer
