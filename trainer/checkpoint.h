// SPDX-License-Identifier: Apache-2.0
/// Everything that a run needs to go on with the same bits. Randomness needs no state: it is a function of seed and epoch.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "trainer/history.h"
#include "trainer/training_data.h"

namespace at {
class Tensor;
}
namespace torch::optim {
class Adam;
}

namespace crbrt::trainer {

/// What a checkpoint reads from and writes to. The tensors are filled in place.
struct CheckpointState {
  const Standardization& standardization;  ///< written; read_start compares it
  at::Tensor& parameters;
  at::Tensor& running_statistics;
  torch::optim::Adam& adam;
  std::size_t& epoch;
  History& history;
  std::vector<double>& integer_plan;  ///< numbers_of(plan); empty without
};

/// Complete or not at all. Throws base::OutputError.
void write_checkpoint(const std::string& path, const std::string& identity, const CheckpointState& state);

/// Throws base::InputError for a missing or damaged file and base::DisagreementError for one of another run.
void read_checkpoint(const std::string& path, const std::string& identity, CheckpointState state);

/// Takes the weights alone from the checkpoint of another run of the same network, inputs and outputs: a twin with another
/// loss starts where its sibling ended. Throws like read_checkpoint.
void read_start(const std::string& path, const CheckpointState& state);

}  // namespace crbrt::trainer
