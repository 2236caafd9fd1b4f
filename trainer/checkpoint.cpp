// SPDX-License-Identifier: Apache-2.0
// Checkpoints as LibTorch archives.
#include "trainer/checkpoint.h"

#include <ATen/ATen.h>
#include <torch/optim/adam.h>
#include <torch/serialize.h>

#include <filesystem>

#include "base/error.h"
#include "trainer/archive.h"
#include "trainer/layer_tensors.h"

namespace crbrt::trainer {
namespace {

using torch::serialize::InputArchive;
using torch::serialize::OutputArchive;

/// All of it in one row.
at::Tensor to_tensor(const Standardization& standardization) {
  std::vector<float> all;
  for (const auto* part : {&standardization.mean, &standardization.std, &standardization.offset, &standardization.scale})
    all.insert(all.end(), part->begin(), part->end());
  return at::tensor(all, at::kFloat);
}

at::Tensor read_tensor(InputArchive& archive, const char* key) {
  at::Tensor tensor;
  archive.read(key, tensor);
  return tensor;
}

void read_into(InputArchive& archive, const char* key, at::Tensor& target) {
  const at::Tensor stored = read_tensor(archive, key);
  TORCH_CHECK(stored.sizes() == target.sizes(), key, " has another shape");
  const at::NoGradGuard no_gradient;
  target.copy_(stored);
}

std::string read_identity(InputArchive& archive) {
  c10::IValue value;
  archive.read("identity", value);
  return value.toStringRef();
}

}  // namespace

void write_checkpoint(const std::string& path, const std::string& identity, const CheckpointState& state) {
  OutputArchive archive, adam;
  const std::size_t n_output = state.history.empty() ? 0 : state.history.front().validation_per_output.size();
  archive.write("identity", c10::IValue(identity));
  archive.write("epoch", c10::IValue(static_cast<std::int64_t>(state.epoch)));
  archive.write("standardization", to_tensor(state.standardization));
  archive.write("parameters", state.parameters.detach());
  archive.write("running_statistics", state.running_statistics);
  archive.write("history", to_tensor(state.history, n_output));
  archive.write("integer_plan", at::tensor(state.integer_plan, at::kDouble));
  state.adam.save(adam);
  archive.write("adam", adam);
  save_archive(archive, path);
}

void read_checkpoint(const std::string& path, const std::string& identity, CheckpointState state) {
  if (!std::filesystem::exists(path)) throw base::InputError(path, "a checkpoint to resume from", "none");
  std::string found;
  try {
    InputArchive archive, adam;
    load_archive(archive, path);
    found = read_identity(archive);
    if (found == identity) {
      read_into(archive, "parameters", state.parameters);
      read_into(archive, "running_statistics", state.running_statistics);
      state.history = to_history(read_tensor(archive, "history"));
      state.integer_plan = to_doubles(read_tensor(archive, "integer_plan"));
      c10::IValue epoch;
      archive.read("epoch", epoch);
      state.epoch = static_cast<std::size_t>(epoch.toInt());
      archive.read("adam", adam);
      state.adam.load(adam);
    }
  } catch (const std::exception&) {  // LibTorch's own texts are backtraces
    throw base::InputError(path, "a complete checkpoint", "a damaged one");
  }
  if (found != identity)
    throw base::DisagreementError(path, "a checkpoint of this configuration and data (" + identity.substr(0, 12) + ")",
                                  "one of another run (" + found.substr(0, 12) + ")");
}

void read_start(const std::string& path, const CheckpointState& state) {
  if (!std::filesystem::exists(path)) throw base::InputError(path, "a checkpoint to start from", "none");
  bool same_standardization = false, same_shape = false;
  try {
    InputArchive archive;
    load_archive(archive, path);
    const at::Tensor parameters = read_tensor(archive, "parameters"), running = read_tensor(archive, "running_statistics");
    same_shape = parameters.sizes() == state.parameters.sizes() && running.sizes() == state.running_statistics.sizes();
    same_standardization = read_tensor(archive, "standardization").equal(to_tensor(state.standardization));
    if (same_shape && same_standardization) {
      const at::NoGradGuard no_gradient;
      state.parameters.copy_(parameters);
      state.running_statistics.copy_(running);
    }
  } catch (const std::exception&) {  // LibTorch's own texts are backtraces
    throw base::InputError(path, "a complete checkpoint", "a damaged one");
  }
  if (!same_shape) throw base::DisagreementError(path, "a checkpoint of the same network", "one of another");
  if (!same_standardization)
    throw base::DisagreementError(path, "a checkpoint of the same data set, seed, preprocessing and outputs", "one of others");
}

}  // namespace crbrt::trainer
