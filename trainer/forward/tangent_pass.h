// SPDX-License-Identifier: Apache-2.0
/// The passes of a forward training's step: values, and derivatives along one direction a fingerprint, through the same layers,
/// and back through both. For .cpp files that use LibTorch.
///
///   z = W a + b,  z' = W a'          a' the derivative of a
///   a = f(z),     a' = f'(z) z'      of the next layer; the last layer has z alone
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "trainer/layer_tensors.h"

namespace crbrt::trainer {

class TangentPass {
 public:
  /// `tensors` outlives the pass. Networks without normalisation and skips, with root_silu.
  explicit TangentPass(const LayerTensors& tensors) : tensors_(tensors) {}

  /// [n, n_in] of values, and of derivatives or undefined. Returns what the last layer gives: values above derivatives [n or 2
  /// n, n_out].
  at::Tensor forward(const at::Tensor& inputs, const at::Tensor& tangents);
  /// From the gradient of what forward() returned to those of the layers, which are replaced: one [n_out, n_in + 1] each, whose
  /// last column is the bias.
  std::vector<at::Tensor> backward(const at::Tensor& gradient);

 private:
  /// Of a hidden layer: values and derivatives after it, f'(z), and f''(z) z'.
  struct Kept {
    at::Tensor after, slope, bend;
  };

  const LayerTensors& tensors_;
  std::int64_t n_ = 0;
  bool has_tangents_ = false;
  at::Tensor inputs_;
  std::vector<Kept> kept_;
};

}  // namespace crbrt::trainer
