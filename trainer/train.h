// SPDX-License-Identifier: Apache-2.0
/// The training loop: epochs of fresh noise, Adam, validation with fixed noise, checkpoints. Free of LibTorch's headers.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crbrt/network.hpp"
#include "physics/io/dataset.h"
#include "trainer/config.h"
#include "trainer/history.h"
#include "trainer/training_data.h"

namespace crbrt::trainer {

class Teacher;
struct StartModel;

struct TrainOptions {
  std::string checkpoint_path;  ///< empty: none are written
  bool resume = false;          ///< continue from checkpoint_path
  std::string start_path;       ///< checkpoint of another run whose weights are the first ones; empty: random weights
  const StartModel* start_model = nullptr;  ///< whose weights and standardisation are used; null: start_path
  const Teacher* teacher = nullptr;         ///< of config.distillation
  int n_thread = 1;
  double checkpoint_every_s = 60;
  std::function<bool()> stop_requested;                                ///< asked after every epoch; may be empty
  std::function<void(std::size_t epoch, const HistoryRow&)> progress;  ///< after every epoch with the latest row; may be empty
};

/// Noisy voxels and what the network makes of them in LibTorch: the exported model must agree.
struct CheckVoxels {
  std::size_t n = 0;
  std::vector<float> coefficients;       ///< [n, 2 * n_coeff]
  std::vector<float> estimates;          ///< [n, n_output] in SI units
  std::vector<float> heads;              ///< [n, head_count] as they leave the network, calibrated
  std::vector<float> integer_estimates;  ///< as `estimates`, of the network in integers; empty without
};

struct TrainedNetwork {
  std::vector<Operation> operations;    ///< as a model file has them, the last one with the rows of the heads
  std::optional<IntegerForm> integers;  ///< likewise
  Standardization standardization;
  std::size_t epochs = 0;
  History history;
  double crb_loss = 0;          ///< on the held-out fingerprints, in real numbers, whatever loss was trained
  double integer_crb_loss = 0;  ///< in integers, where there are
  std::vector<double> crb_loss_per_output;
  CheckVoxels check;
  NoiseRange noise;           ///< with uncertainty
  float score_threshold = 0;  ///< with atypicality
};

struct TrainResult {
  bool finished = false;  ///< false: stopped on request, a checkpoint holds the state
  TrainedNetwork network;
};

/// Trains or continues. Equal inputs give equal bits on one CPU and thread count, interrupted or not: all randomness is a
/// function of config.seed and the epoch. Throws base::Error.
TrainResult train(const Config& config, const TrainingData& data, const TrainOptions& options);

// From a trained network to a model file (crbrt/network.hpp).

/// The bytes of the .crbm. Its test vector holds what the portable scalar kernels make of noisy held-out voxels.
/// Before it returns, the finished file is loaded back and its estimates are compared with LibTorch's: a difference is a
/// defect of ours and throws base::Error(exit_internal).
std::vector<std::uint8_t> export_model(const Config& config, const physics::Dataset& dataset, const TrainingData& data,
                                       const TrainedNetwork& trained);

}  // namespace crbrt::trainer
