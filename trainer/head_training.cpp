// SPDX-License-Identifier: Apache-2.0
// A second, short training of a few rows, and the measurement that ends it.
#include "trainer/heads.h"

#include <ATen/ATen.h>
#include <torch/optim/adam.h>

#include <algorithm>
#include <cmath>

#include "trainer/loss.h"
#include "trainer/voxel_batch.h"

namespace crbrt::trainer {
namespace {

constexpr double refinement_rate = 2e-3;          // falls linearly to zero
constexpr std::int64_t refinement_batch = 32768;  // a group of like SNR should hold enough to count 95 % in
constexpr double beyond_snr = 2;                  // ends of the range are then no edges of what the heads have seen
constexpr double mismatch_weight = 0.3;
constexpr int calibration_draws = 10;  // of every held-out fingerprint

constexpr std::int64_t unlike_share = 4;  // training voxels per counterexample of the atypicality

at::Tensor inputs_of(const VoxelBatch& voxels, const HeadMaterial& material) {
  return preprocess(voxels.coefficients, material.config.preprocessing, material.standardization);
}

}  // namespace

at::Tensor head_loss(const HeadMaterial& material, const at::Tensor& features, const VoxelBatch& batch,
                     const at::Tensor& unlike) {
  const HeadConfig& wanted = material.config.heads;
  const std::int64_t n_output = batch.targets.size(1);
  const at::Tensor heads = features.narrow(1, n_output, features.size(1) - n_output);
  at::Tensor loss = at::zeros({}, features.options());
  if (wanted.uncertainty)
    loss = loss + uncertainty_loss(log_std(material.config, heads, batch.log_noise, material.noise),
                                   features.narrow(1, 0, n_output) - batch.targets);
  if (wanted.atypicality) loss = loss + atypicality_loss(score(heads), score(unlike));
  return loss;
}

at::Tensor unlike_inputs(const at::Tensor& coefficients, const HeadMaterial& material) {
  const auto options = at::TensorOptions().dtype(at::kLong).device(coefficients.device());
  const at::Tensor some = at::randperm(coefficients.size(0), options).narrow(0, 0, coefficients.size(0) / unlike_share);
  const at::Tensor voxels = unlike_voxels(coefficients.index_select(0, some));
  const at::Tensor order = at::randperm(voxels.size(0), options);
  return preprocess(voxels.index_select(0, order), material.config.preprocessing, material.standardization);
}

std::vector<float> head_shift(const Config& config, const HeadCalibration& calibration, const float* threshold) {
  std::vector<float> shift(head_count(config), 0.0f);
  std::copy(calibration.log_std_shift.begin(), calibration.log_std_shift.end(), shift.begin());
  if (config.heads.atypicality && threshold != nullptr) shift.back() = *threshold - calibration.score_threshold;
  return shift;
}

void refine_standard_deviations(TrainableNetwork& network, const NoisySource& training, const HeadMaterial& material) {
  // A fresh optimiser: where gradients are zero, and for all but the heads they are, it leaves the parameters alone.
  torch::optim::Adam adam({network.parameters()}, torch::optim::AdamOptions(refinement_rate));
  const auto n = static_cast<std::int64_t>(training.size()),
             n_output = static_cast<std::int64_t>(material.config.outputs.size());
  const std::int64_t batch = std::min(refinement_batch, n), n_step = n / batch;
  const auto epochs = static_cast<std::int64_t>(material.config.heads.refine_epochs);
  const auto options = at::TensorOptions().dtype(at::kLong).device(network.parameters().device());
  for (std::int64_t epoch = 0; epoch < epochs; ++epoch) {
    const at::Tensor order = at::randperm(n, options);
    for (std::int64_t step = 0; step < n_step; ++step) {
      const VoxelBatch voxels = training.draw_log_snr(order.narrow(0, step * batch, batch), beyond_snr);
      const at::Tensor features = network.forward_frozen(inputs_of(voxels, material));
      const at::Tensor heads = features.narrow(1, n_output, features.size(1) - n_output);
      const at::Tensor spread = log_std(material.config, heads, voxels.log_noise, material.noise);
      const at::Tensor errors = features.narrow(1, 0, n_output) - voxels.targets;
      network.parameters().mutable_grad().zero_();
      (coverage_loss(spread, errors) + mismatch_weight * coverage_mismatch(spread, errors, voxels.snr, material.snr))
          .backward();
      const double progress = static_cast<double>(epoch * n_step + step) / static_cast<double>(epochs * n_step);
      set_learning_rate(adam, refinement_rate * (1 - progress));
      adam.step();
    }
  }
}

HeadCalibration calibrate_heads(const TrainableNetwork& network, const NoisySource& held_out, const HeadMaterial& material) {
  if (head_count(material.config) == 0) return {};
  VoxelBatch all;
  for (int draw = 0; draw < calibration_draws; ++draw) {
    const double step = static_cast<double>(draw) / (calibration_draws - 1);
    const double snr = material.snr.minimum * std::pow(material.snr.maximum / material.snr.minimum, step);
    const VoxelBatch voxels = held_out.draw_fixed_at(material.config.seed + 1 + static_cast<std::uint64_t>(draw), snr);
    all = draw == 0 ? voxels : joined(all, voxels);
  }
  return calibrate(material.config, network.forward(inputs_of(all, material), Mode::inference), all, material.noise);
}

}  // namespace crbrt::trainer
