// SPDX-License-Identifier: Apache-2.0
/// The training of a forward model, and what becomes of it. Free of LibTorch's headers.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "crbrt/network.hpp"
#include "physics/io/dataset.h"
#include "trainer/forward/forward_config.h"
#include "trainer/forward/forward_data.h"
#include "trainer/history.h"

namespace crbrt::trainer {

struct ForwardOptions {
  std::string checkpoint_path;  ///< empty: none are written
  bool resume = false;          ///< continue from checkpoint_path
  std::string start_path;       ///< checkpoint of another run whose weights are the first ones; empty: random weights
  int n_thread = 1;
  double checkpoint_every_s = 60;
  std::vector<float> table;                                            ///< where it starts (phase_basis.h); empty without
  std::function<bool()> stop_requested;                                ///< asked after every epoch; may be empty
  std::function<void(std::size_t epoch, const HistoryRow&)> progress;  ///< after every epoch with the latest row; may be empty
};

struct TrainedForward {
  bool finished = false;  ///< false: stopped on request, a checkpoint holds the state
  ForwardPart part;       ///< with operations and table
  std::size_t epochs = 0;
  History history;                        ///< per output: mean squared error over the bound at forward_snr
  std::vector<ForwardError> errors;       ///< of the wanted unknowns, on held-out fingerprints
  ForwardError residual;                  ///< of all parts
  std::vector<ForwardError> derivatives;  ///< along the wanted unknowns (forward_data.h); empty where they have no weight
};

/// Trains or continues. Equal inputs give equal bits on one CPU and thread count, interrupted or not. Throws base::Error.
TrainedForward train_forward(const ForwardConfig& config, const ForwardData& data, const ForwardOptions& options);

/// A file of the forward part alone. Its test vector holds what the portable scalar kernels make of held-out tissues; before it
/// returns, the runtime's coefficients are compared with LibTorch's: a difference throws base::Error(exit_internal).
ModelFile export_forward(const ForwardConfig& config, const physics::Dataset& dataset, const ForwardData& data,
                         const TrainedForward& trained);

}  // namespace crbrt::trainer
