// LibTorch keeps the learning rate behind a cast, and its own clipping waits for the norm.
#include "trainer/optimizer_step.h"

#include <ATen/ATen.h>
#include <torch/optim/adam.h>

namespace crbrt::trainer {

void set_learning_rate(torch::optim::Adam& adam, double rate) {
  static_cast<torch::optim::AdamOptions&>(adam.param_groups()[0].options()).lr(rate);
}

void clip_gradient(const at::Tensor& gradient, double longest) {
  gradient.mul_((longest / (gradient.norm() + 1e-12)).clamp_max(1.0));
}

}  // namespace crbrt::trainer
