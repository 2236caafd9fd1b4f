// SPDX-License-Identifier: Apache-2.0
/// One Run owns the network, the optimiser and the sources of noisy voxels. For .cpp files that use LibTorch.
#pragma once

#include <ATen/ATen.h>
#include <torch/optim/adam.h>

#include <memory>
#include <string>
#include <vector>

#include "trainer/checkpoint.h"
#include "trainer/dense_pass.h"
#include "trainer/heads.h"
#include "trainer/network.h"
#include "trainer/noise.h"
#include "trainer/train.h"
#include "trainer/voxel_batch.h"

namespace crbrt::trainer {

class Run {
 public:
  Run(const Config& config, const TrainingData& data, const TrainOptions& options);

  std::size_t epoch() const { return epoch_; }
  const History& history() const { return history_; }

  void load(const std::string& path);
  void start(const std::string& path) { read_start(path, state()); }
  void save(const std::string& path) { write_checkpoint(path, identity_, state()); }

  /// Scales from the weights as they are; the first row of the history is what they cost.
  void start_integers();
  void run_epoch();
  /// Why the weights are no estimator, for a message; empty where they are one.
  std::string why_diverged() const;
  /// Weights and measurements as they stand; of a finished run also the last touch on the heads.
  TrainedNetwork result();

 private:
  at::Tensor estimates_of(const at::Tensor& features) const { return features.narrow(1, 0, n_output_); }
  at::Tensor heads_of(const at::Tensor& features) const { return features.narrow(1, n_output_, features.size(1) - n_output_); }
  HeadMaterial material() const { return {config_, standardization_, noise_, snr_}; }

  CheckpointState state();
  Standardization measured_standardization(const TrainingData& data);
  void run_block(const at::Tensor& order, std::int64_t first_step, std::int64_t end_step, std::int64_t n_step,
                 at::Tensor& loss_sum);
  struct StepFeatures {
    at::Tensor of_voxels;  ///< [n, n_output + n_head]
    at::Tensor of_unlike;  ///< [m, n_head]; undefined where there are none
  };
  StepFeatures forward(const at::Tensor& inputs, const at::Tensor& unlike);
  void update(const at::Tensor& loss, double learning_rate);
  void validate();
  std::vector<double> validation_losses(const at::Tensor& features) const;
  double constant_loss() const;
  std::vector<double> crb_loss(const at::Tensor& features) const;
  std::vector<float> si_estimates(const at::Tensor& features, std::int64_t n) const;
  CheckVoxels check_voxels(const at::Tensor& features) const;
  void add_integer_results(TrainedNetwork& out) const;

  const Config& config_;
  const StartModel* start_;
  const Teacher* teacher_;
  c10::Device device_;
  std::int64_t n_output_;
  SnrRange snr_;
  NoiseRange noise_;
  Standardization standardization_;
  NoisySource training_, validation_;
  TrainableNetwork network_;
  std::unique_ptr<DensePass> dense_pass_;  ///< of the steps; null: LibTorch differentiates
  torch::optim::Adam adam_;
  std::string identity_;
  std::int64_t batch_ = 0;
  VoxelBatch held_out_;
  at::Tensor held_out_inputs_;
  std::size_t epoch_ = 0;
  double training_loss_ = 0;
  History history_;
  std::vector<double> integer_plan_;
};

}  // namespace crbrt::trainer
