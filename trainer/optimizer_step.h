/// What an optimiser's step needs and LibTorch lacks or hides. For .cpp files that use LibTorch.
#pragma once

#include <ATen/ATen.h>
#include <torch/optim/adam.h>

namespace crbrt::trainer {

inline void set_learning_rate(torch::optim::Adam& adam, double rate) {
  static_cast<torch::optim::AdamOptions&>(adam.param_groups()[0].options()).lr(rate);
}

/// Shortens the gradient to the norm `longest`, without asking the device for its length.
inline void clip_gradient(at::Tensor gradient, double longest) {
  gradient.mul_((longest / (gradient.norm() + 1e-12)).clamp_max(1.0));
}

}  // namespace crbrt::trainer
