/// Everything that a run needs to go on with the same bits. Randomness needs no state: it is a function of seed and epoch.
#pragma once

#include <cstddef>
#include <string>

#include "trainer/history.h"

namespace at {
class Tensor;
}
namespace torch::optim {
class Adam;
}

namespace crbrt::trainer {

/// What a checkpoint reads from and writes to. The tensors are filled in place.
struct CheckpointState {
  at::Tensor& parameters;
  at::Tensor& running_statistics;
  torch::optim::Adam& adam;
  std::size_t& epoch;
  History& history;
};

/// Complete or not at all. Throws cli::OutputError.
void write_checkpoint(const std::string& path, const std::string& identity, const CheckpointState& state);

/// Throws cli::InputError for a missing or damaged file and cli::DisagreementError for one of another run.
void read_checkpoint(const std::string& path, const std::string& identity, CheckpointState state);

}  // namespace crbrt::trainer
