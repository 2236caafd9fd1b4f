// SPDX-License-Identifier: Apache-2.0
// Buffers are kept from step to step: a step of a small network is otherwise as long as its allocations.
#include "trainer/dense_pass.h"

namespace crbrt::trainer {
namespace {

/// Those of weights and bias, from the gradient of what the layer gives.
void differentiate(const Layer& layer, const at::Tensor& read, const at::Tensor& gradient) {
  at::mm_out(layer.weight.mutable_grad(), gradient.t(), read);
  at::sum_out(layer.bias.mutable_grad(), gradient, {0});
}

}  // namespace

DensePass::DensePass(const LayerTensors& tensors, double trunk_gradient)
    : tensors_(tensors), trunk_gradient_(trunk_gradient), sum_(tensors.config.hidden.size()) {
  for (const Skip& skip : tensors.config.skips) sum_[skip.from] = at::empty({0}, tensors.parameters.options());
}

at::Tensor DensePass::forward(const at::Tensor& inputs) {
  const at::NoGradGuard no_gradient;
  const std::size_t n_hidden = tensors_.config.hidden.size();
  read_.resize(n_hidden + 1);
  slope_.resize(n_hidden);
  read_[0] = inputs;
  for (std::size_t i = 0; i < n_hidden; ++i) {
    const Layer& layer = tensors_.layers[i];
    if (!read_[i + 1].defined()) read_[i + 1] = at::empty({0}, inputs.options());
    at::addmm_out(read_[i + 1], layer.bias, read_[i], layer.weight.t());
    if (layer.skip_from >= 0) read_[i + 1].add_(sum_[static_cast<std::size_t>(layer.skip_from)]);
    if (sum_[i].defined()) sum_[i].resize_as_(read_[i + 1]).copy_(read_[i + 1]);
    tensors_.config.activation.apply(read_[i + 1], slope_[i]);
  }
  const Layer &last = tensors_.layers.back(), &head = tensors_.head;
  features_ = at::addmm(last.bias, read_.back(), last.weight.t());
  if (tensors_.n_head > 0) features_ = at::cat({features_, at::addmm(head.bias, read_.back(), head.weight.t())}, 1);
  return features_.requires_grad_(true);
}

void DensePass::backward() {
  const at::NoGradGuard no_gradient;
  const std::size_t n_hidden = tensors_.config.hidden.size();
  gradient_.resize(n_hidden + 1);
  for (std::size_t i = 1; i <= n_hidden; ++i)
    if (!gradient_[i].defined()) gradient_[i] = at::empty({0}, features_.options());
  const Layer &last = tensors_.layers.back(), &head = tensors_.head;
  const std::int64_t n_out = last.bias.size(0);
  const at::Tensor of_estimates = features_.grad().narrow(1, 0, n_out);
  differentiate(last, read_.back(), of_estimates);
  at::mm_out(gradient_.back(), of_estimates, last.weight);
  if (tensors_.n_head > 0) {
    const at::Tensor of_heads = features_.grad().narrow(1, n_out, static_cast<std::int64_t>(tensors_.n_head));
    differentiate(head, read_.back(), of_heads);
    if (trunk_gradient_ > 0) gradient_.back().addmm_(of_heads, head.weight, 1, trunk_gradient_);
  }
  for (std::size_t i = n_hidden; i-- > 0;) {
    tensors_.config.activation.differentiate(gradient_[i + 1], read_[i + 1], slope_[i]);
    for (const Skip& skip : tensors_.config.skips)
      if (skip.from == i) gradient_[i + 1].add_(gradient_[skip.to + 1]);
    differentiate(tensors_.layers[i], read_[i], gradient_[i + 1]);
    if (i > 0) at::mm_out(gradient_[i], gradient_[i + 1], tensors_.layers[i].weight);
  }
}

}  // namespace crbrt::trainer
