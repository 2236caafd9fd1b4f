// SPDX-License-Identifier: Apache-2.0
/// The features beside the estimates: predicted standard deviations and the score that tells voxels unlike the training data
/// (docs/uncertainty.md). Order in the last layer: estimates [P], then q0 [P], q1 [P], q2 [P], then the score.
#pragma once

#include <cstddef>
#include <vector>

#include "trainer/config.h"
#include "trainer/network.h"
#include "trainer/noise.h"
#include "trainer/training_data.h"

namespace at {
class Tensor;
}

namespace crbrt::trainer {

struct VoxelBatch;

/// Features of the last layer that `config` asks for beside its estimates.
std::size_t head_count(const Config& config) noexcept;

/// Centre (mean) and extremes (one in a thousand cut off at either side, relative to the centre) of log(sigma / ||c||).
NoiseRange noise_range(const at::Tensor& log_noise);

/// log of the predicted standard deviation of every standardised estimate, [n, n_output]: the formula of docs/uncertainty.md.
/// heads [n, head_count], log_noise [n, 1].
at::Tensor log_std(const Config& config, const at::Tensor& heads, const at::Tensor& log_noise, const NoiseRange& range);

/// Score of every voxel, [n].
at::Tensor score(const at::Tensor& heads);

/// Negative log likelihood of Gaussian errors, mean over voxels and outputs, without its constant. The errors are data here:
/// no gradient reaches the estimates.
at::Tensor uncertainty_loss(const at::Tensor& log_std, const at::Tensor& errors);

/// What the standard deviations are refined with once the estimates stand: the pinball losses of log |error| at the quantile
/// 68 % for log_std and, weighted by 3/2, at 95 % for log_std + log 2. Its gradient is the mismatch of the two coverages,
/// so unlike the likelihood it is not ruled by rare large errors.
at::Tensor coverage_loss(const at::Tensor& log_std, const at::Tensor& errors);

/// How far the coverages are from 68 % and 95 % in groups of like SNR ([n, 1] `snr`), a little beyond the trained range at
/// either end: mean over groups and outputs of the squared deviations in units of 3 % and 2 %. A voxel's data do not tell its
/// SNR exactly, so predictions that are right on average over the prior's SNRs are wrong at most single ones; this is what
/// brings them right at each. The shares are counted softly, over 10 % of a standard deviation.
at::Tensor coverage_mismatch(const at::Tensor& log_std, const at::Tensor& errors, const at::Tensor& snr, const SnrRange& range);

/// Logistic loss of telling `like` ([n] scores of training voxels) from `unlike` ([m]).
at::Tensor atypicality_loss(const at::Tensor& like, const at::Tensor& unlike);

/// Voxels unlike any fingerprint, made of training voxels [n, 2 * n_coeff], a sixth of the rows each: pure noise, coefficients
/// in random order, turned by a random rotation of the subspace, by a small one that also mirrors the last
/// coefficient, scaled or sign-flipped one by one, and exchanged one by one with those of other voxels. Rows should be in
/// random order.
at::Tensor unlike_voxels(const at::Tensor& coefficients);

/// What is measured on held-out voxels once the weights stand.
struct HeadCalibration {
  std::vector<float> log_std_shift;  ///< [n_output] to be added to the biases of q0
  float score_threshold = 0;         ///< exceeded by one in a hundred
};

/// The shift brings the shares of truths within one and within two standard deviations as near to 68 % and 95 % as one factor
/// for both can, over all of `held_out`.
HeadCalibration calibrate(const Config& config, const at::Tensor& features, const VoxelBatch& held_out,
                          const NoiseRange& range);

// The last touch on the heads of a trained network: standard deviations refined, calibrated, and the threshold of the score.
// The estimates stay as they are.

struct HeadMaterial {
  const Config& config;
  const Standardization& standardization;
  const NoiseRange& noise;
  const SnrRange& snr;
};

/// What the heads add to the loss of a step with these `features`: the likelihood of the errors, and how badly the score tells
/// these voxels from those whose head features are `unlike` (undefined without atypicality).
at::Tensor head_loss(const HeadMaterial& material, const at::Tensor& features, const VoxelBatch& batch,
                     const at::Tensor& unlike);

/// Inputs of one voxel unlike any fingerprint for every four of `coefficients`, in random order.
at::Tensor unlike_inputs(const at::Tensor& coefficients, const HeadMaterial& material);

/// What to add to the biases of the heads, [head_count]: standard deviations as calibrated, and where `threshold` is given (of
/// a model whose integers these are) a score that exceeds it as often as its own.
std::vector<float> head_shift(const Config& config, const HeadCalibration& calibration, const float* threshold);

/// Trains the rows of the standard deviations alone with coverage_loss() and coverage_mismatch(), with as many voxels at low
/// SNR as at high SNR, for heads.refine_epochs epochs. Draws from LibTorch's generators as they stand.
void refine_standard_deviations(TrainableNetwork& network, const NoisySource& training, const HeadMaterial& material);

/// On every held-out fingerprint at SNRs from the lowest to the highest in equal ratios.
HeadCalibration calibrate_heads(const TrainableNetwork& network, const NoisySource& held_out, const HeadMaterial& material);

}  // namespace crbrt::trainer
