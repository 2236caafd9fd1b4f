// SPDX-License-Identifier: Apache-2.0
/// The passes of a training step with the chain rule written out, for networks without normalisation. LibTorch's
/// own differentiation costs as much as the arithmetic at these sizes: it allocates every intermediate tensor anew and walks a
/// graph of hundreds of nodes. For .cpp files that use LibTorch.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "trainer/layer_tensors.h"

namespace crbrt::trainer {

class DensePass {
 public:
  /// The gradient of a normalisation is not written out here.
  static bool can_differentiate(const NetworkConfig& config) noexcept { return config.normalization == Normalization::none; }

  /// `tensors` outlives the pass.
  DensePass(const LayerTensors& tensors, double trunk_gradient);

  /// [n, n_in] -> [n, n_out + n_head], a leaf that wants its gradient: differentiate a loss of it, and then call backward().
  at::Tensor forward(const at::Tensor& inputs);
  /// From the gradient of what forward() returned last to that of the parameters, which is replaced.
  void backward();

 private:
  const LayerTensors& tensors_;
  double trunk_gradient_;
  at::Tensor features_;
  std::vector<at::Tensor> read_;      ///< what each layer read, the last one last; [0] is the caller's
  std::vector<at::Tensor> sum_;       ///< of hidden layer i before its activation, where a skip begins; else undefined
  std::vector<at::Tensor> slope_;     ///< of hidden layer i, where its activation keeps it; else undefined
  std::vector<at::Tensor> gradient_;  ///< of read_[i], and then of the sum that it came from; none of the inputs'
};

}  // namespace crbrt::trainer
