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

/// Trains the rows of the standard deviations alone with coverage_loss() and coverage_mismatch(), with as many voxels at low
/// SNR as at high SNR, for heads.refine_epochs epochs. Draws from LibTorch's generators as they stand.
void refine_standard_deviations(Network& network, const NoisySource& training, const HeadMaterial& material);

/// On every held-out fingerprint at SNRs from the lowest to the highest in equal ratios.
HeadCalibration calibrate_heads(const Network& network, const NoisySource& held_out, const HeadMaterial& material);

}  // namespace crbrt::trainer
