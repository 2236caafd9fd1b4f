// SPDX-License-Identifier: Apache-2.0
#include "trainer/forward/tangent_pass.h"

namespace crbrt::trainer {

at::Tensor TangentPass::forward(const at::Tensor& inputs, const at::Tensor& tangents) {
  const at::NoGradGuard no_gradient;
  n_ = inputs.size(0);
  has_tangents_ = tangents.defined();
  inputs_ = has_tangents_ ? at::cat({inputs, tangents}) : inputs;
  kept_.clear();
  at::Tensor x = inputs_;
  for (const Layer& layer : tensors_.layers) {
    at::Tensor z = at::mm(x, layer.weight.t());
    z.narrow(0, 0, n_).add_(layer.bias);
    if (!layer.is_hidden) return z;
    // s = z / sqrt(z^2 + 1): f = z / 2 (1 + s), f' = (1 + s (2 - s^2)) / 2, f'' = (2 - 3 s^2) / 2 (1 - s^2)^(3/2).
    const at::Tensor value = z.narrow(0, 0, n_), s = value * (value.square() + 1).rsqrt(), squared = s.square();
    Kept kept{at::Tensor(), (1 + s * (2 - squared)) * 0.5, at::Tensor()};
    if (has_tangents_) {
      const at::Tensor tangent = z.narrow(0, n_, n_), rest = 1 - squared;
      kept.bend = (2 - 3 * squared) * 0.5 * rest * rest.clamp_min(0).sqrt() * tangent;
      tangent.mul_(kept.slope);
    }
    value.mul_((1 + s) * 0.5);
    kept.after = z;
    kept_.push_back(kept);
    x = z;
  }
  return x;
}

std::vector<at::Tensor> TangentPass::backward(const at::Tensor& gradient) {
  const at::NoGradGuard no_gradient;
  std::vector<at::Tensor> gradients(tensors_.layers.size());
  at::Tensor of_sums = gradient;
  for (std::size_t i = tensors_.layers.size(); i-- > 0;) {
    const at::Tensor& read = i > 0 ? kept_[i - 1].after : inputs_;
    const at::Tensor of_bias = of_sums.narrow(0, 0, n_).sum(0).unsqueeze(1);
    gradients[i] = at::cat({at::mm(of_sums.t(), read), of_bias}, 1);
    if (i == 0) break;
    of_sums = at::mm(of_sums, tensors_.layers[i].weight);
    const Kept& kept = kept_[i - 1];
    const at::Tensor of_value = of_sums.narrow(0, 0, n_);
    of_value.mul_(kept.slope);
    if (!has_tangents_) continue;
    const at::Tensor of_tangent = of_sums.narrow(0, n_, n_);
    of_value.addcmul_(kept.bend, of_tangent);
    of_tangent.mul_(kept.slope);
  }
  return gradients;
}

}  // namespace crbrt::trainer
