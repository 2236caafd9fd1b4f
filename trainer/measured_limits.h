// SPDX-License-Identifier: Apache-2.0
/// What is measured of a finished model with the kernels that map brains: between which limits its standard deviations mean
/// something, and which scores are typical at each level of noise. Weights, estimates and scores stay as they are.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "crbrt/network.hpp"
#include "physics/io/dataset.h"
#include "trainer/training_data.h"

namespace crbrt::trainer {

/// The least and the largest standard deviation of an output that mean something.
///
/// largest   half the width of the prior, which lies between the quantiles 0.1 % and 99.9 % of `targets`: no distribution
/// within
///           a width has a larger standard deviation (Popoviciu). Infinite where all targets are equal.
/// least     a quarter of what one in a thousand of `predicted` lies below, the standard deviations of voxels at the least
/// noise
///           of training: half the noise would halve them, and tissue that is encoded twice as well as that of all but one in a
///           thousand would halve them again. 0 where it would not lie below the largest.
///
/// Both lists hold at least one number.
std::pair<float, float> std_limits(std::vector<double> targets, std::vector<float> predicted);

/// A voxel of training: l of docs/uncertainty.md, within its range, and its score.
struct ScoredVoxel {
  float log_noise = 0, score = 0;
};

/// a, b and c of a + b l + c l^2, above which one in a hundred of the voxels of each level of noise scores: least squares
/// through the quantile 99 % of up to 20 groups of like l, then moved so that one in a hundred of all lies above. Empty for
/// fewer than 2000 voxels.
std::vector<float> threshold_at_noise(std::vector<ScoredVoxel> voxels);

/// Sets std_minimum and std_maximum of every output where the model predicts standard deviations, and at_noise where it has a
/// score as well. `prior` says how wide the outputs are; noise is drawn on `held_out`: |M0| / sigma from snr.minimum to
/// snr.maximum in ten equal ratios, a phase and noise that depend on the fingerprint's number alone, by the scalar kernels.
/// Outputs of the model in their order. Throws base::Error for a model that cannot be run.
void measure_limits(ModelFile& file, const Samples& prior, const Samples& held_out, const SnrRange& snr);

/// The same of a finished model, with all usable fingerprints of a data set. Throws base::DisagreementError where the set is of
/// another basis, lacks an output, or has no usable fingerprint. `path` and `dataset_path` name both in messages.
void measure_limits(ModelFile& file, const std::string& path, const physics::Dataset& dataset, const std::string& dataset_path);

}  // namespace crbrt::trainer
