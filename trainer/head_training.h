/// The last touch on the heads of a trained network: standard deviations refined, calibrated, and the threshold of the score.
/// The estimates stay as they are.
#pragma once

#include "trainer/config.h"
#include "trainer/heads.h"
#include "trainer/network.h"
#include "trainer/noise.h"

namespace crbrt::trainer {

struct HeadMaterial {
  const Config& config;
  const Standardization& standardization;
  const NoiseRange& noise;
  const SnrRange& snr;
};

/// What the heads add to the loss of a step with these `features`: the likelihood of the errors, and how badly the score tells
/// these voxels from those of `unlike` (undefined without atypicality).
at::Tensor head_loss(const TrainableNetwork& network, const HeadMaterial& material, const at::Tensor& features,
                     const VoxelBatch& batch, const at::Tensor& unlike);

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
