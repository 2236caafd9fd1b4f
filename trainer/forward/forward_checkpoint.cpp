// SPDX-License-Identifier: Apache-2.0
// Checkpoints of a forward run: all that a later one needs to end in the same bits, and weights for a run of another kind.
#include <torch/serialize.h>

#include <filesystem>

#include "base/error.h"
#include "trainer/archive.h"
#include "trainer/forward/forward_run.h"
#include "trainer/forward/forward_tensors.h"

namespace crbrt::trainer {
namespace {

/// Of the features, in one row.
at::Tensor standardization_of(const ForwardData& data) {
  const Network& network = data.part.network;
  return at::stack({at::tensor(network.feature_mean, at::kFloat), at::tensor(network.feature_std, at::kFloat)});
}

}  // namespace

std::vector<at::Tensor> ForwardRun::state() {
  std::vector<at::Tensor> all{layers_.parameters.detach()};
  for (const at::Tensor& tensor : soap_->state()) all.push_back(tensor);
  all.push_back(rows_of(draw_.losses(), draw_.losses().size(), 1));
  return all;
}

void ForwardRun::save(const std::string& path) {
  torch::serialize::OutputArchive archive;
  archive.write("identity", c10::IValue(identity_));
  archive.write("epoch", c10::IValue(size_of(epoch_)));
  archive.write("history", to_tensor(history_, config_.common.outputs.size()));
  archive.write("standardization", standardization_of(data_));
  const std::vector<at::Tensor> tensors = state();
  for (std::size_t i = 0; i < tensors.size(); ++i) archive.write("state" + std::to_string(i), tensors[i]);
  save_archive(archive, path);
}

void ForwardRun::load(const std::string& path) {
  if (!std::filesystem::exists(path)) throw base::InputError(path, "a checkpoint to resume from", "none");
  std::string found;
  try {
    torch::serialize::InputArchive archive;
    load_archive(archive, path);
    c10::IValue value;
    archive.read("identity", value);
    found = value.toStringRef();
    if (found == identity_) {
      const at::NoGradGuard no_gradient;
      archive.read("epoch", value);
      epoch_ = static_cast<std::size_t>(value.toInt());
      const auto stored = [&](const std::string& key) {
        at::Tensor tensor;
        archive.read(key, tensor);
        return tensor;
      };
      history_ = to_history(stored("history"));
      std::size_t i = 0;
      for (at::Tensor& tensor : state()) {
        const at::Tensor found_tensor = stored("state" + std::to_string(i++));
        TORCH_CHECK(found_tensor.sizes() == tensor.sizes(), "another shape");
        tensor.copy_(found_tensor);
      }
    }
  } catch (const std::exception&) {  // LibTorch's own texts are backtraces
    throw base::InputError(path, "a complete checkpoint", "a damaged one");
  }
  if (found != identity_)
    throw base::DisagreementError(path, "a checkpoint of this configuration and data (" + identity_.substr(0, 12) + ")",
                                  "one of another run (" + found.substr(0, 12) + ")");
}

void ForwardRun::start(const std::string& path) {
  if (!std::filesystem::exists(path)) throw base::InputError(path, "a checkpoint to start from", "none");
  at::Tensor weights, standardization;
  try {
    torch::serialize::InputArchive archive;
    load_archive(archive, path);
    archive.read("state0", weights);
    if (!archive.try_read("standardization", standardization))
      standardization = standardization_of(data_);  // the first had none
  } catch (const std::exception&) {                 // LibTorch's own texts are backtraces
    throw base::InputError(path, "a complete checkpoint of a forward model", "a damaged one, or of an estimator");
  }
  if (weights.sizes() != layers_.parameters.sizes())
    throw base::DisagreementError(path, "a checkpoint of the same network", "one of another");
  if (!standardization.equal(standardization_of(data_)))
    throw base::DisagreementError(path, "a checkpoint of the same data set, seed and features", "one of others");
  const at::NoGradGuard no_gradient;
  layers_.parameters.copy_(weights);
}

}  // namespace crbrt::trainer
