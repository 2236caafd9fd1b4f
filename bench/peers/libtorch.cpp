// SPDX-License-Identifier: Apache-2.0
// LibTorch's own operators in inference mode, without TorchScript: linear, addition, ReLU (in place), group_norm.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/version.h>

#include <cstdlib>

#include "base/error.h"
#include "bench/peers/peer.h"

namespace crbrt::bench {
namespace {

at::Tensor tensor_of(const float* numbers, std::size_t rows, std::size_t columns) {
  const auto n_row = static_cast<std::int64_t>(rows), n_column = static_cast<std::int64_t>(columns);
  auto* const data = const_cast<float*>(numbers);  // from_blob has no constant form; clone() only reads
  return at::from_blob(data, {n_row, n_column}, at::kFloat).clone();
}

/// What crbrt-bench told ATen; the function that knows what it chose is not exported.
std::string capability() {
  const char* const told = std::getenv("ATEN_CPU_CAPABILITY");
  return told != nullptr ? told : "its own choice";
}

struct Weights {
  at::Tensor weight, bias;
};

class LibtorchPeer : public Peer {
 public:
  explicit LibtorchPeer(const Task& task) : task_(task) {
    at::set_num_threads(1);
    for (const Operation& step : task.network.operations) {
      if (step.kind == OperationKind::relu) {
        weights_.push_back({});
        continue;
      }
      at::Tensor weight = step.kind == OperationKind::dense ? tensor_of(step.weights.data(), step.n_out, step.n_in)
                                                            : tensor_of(step.weights.data(), 1, step.n_in).view({-1});
      weights_.push_back({weight, tensor_of(step.bias.data(), 1, step.n_out).view({-1})});
    }
  }

  PeerLabel label() const override { return {TORCH_VERSION, capability(), "its BLAS is OpenBLAS"}; }

  void prepare(std::size_t batch) override {
    features_ = tensor_of(task_.features.data(), batch, task_.network.width(0));
    values_.assign(task_.network.operations.size() + 1, {});
  }

  void run() override {
    const c10::InferenceMode inference;
    values_[0] = features_;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      const Operation& step = task_.network.operations[i];
      at::Tensor y = apply(step, weights_[i], values_[step.in]);
      if (step.kind == OperationKind::dense && step.add != Operation::none)
        y = y + values_[step.add];  // the other value may be read again
      if (step.relu) y.relu_();
      values_[i + 1] = std::move(y);
    }
  }

  const float* outputs() const override { return values_.back().data_ptr<float>(); }

 private:
  static at::Tensor apply(const Operation& step, const Weights& w, const at::Tensor& in) {
    switch (step.kind) {
      case OperationKind::dense: return at::linear(in, w.weight, w.bias);
      case OperationKind::group_norm:
        return at::group_norm(in, static_cast<std::int64_t>(step.n_group), w.weight, w.bias, step.epsilon);
      case OperationKind::affine: return at::addcmul(w.bias, in, w.weight);
      default: return at::relu(in);
    }
  }

  const Task& task_;
  std::vector<Weights> weights_;
  at::Tensor features_;
  std::vector<at::Tensor> values_;
};

}  // namespace

std::unique_ptr<Peer> make_peer(const Task& task, const PeerSetting& setting) {
  if (setting.precision != "f32") throw base::UsageError("LibTorch: expected f32, found " + setting.precision);
  return std::make_unique<LibtorchPeer>(task);
}

}  // namespace crbrt::bench
