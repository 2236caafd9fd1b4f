/// What an optimiser's step needs and LibTorch lacks or hides, and the schedule of its learning rate.
#pragma once

#include "trainer/config.h"

namespace at {
class Tensor;
}
namespace torch::optim {
class Adam;
}

namespace crbrt::trainer {

/// Learning rate after `epoch` (fractional) of `config.epochs` epochs.
double learning_rate_at(const Config& config, double epoch);

void set_learning_rate(torch::optim::Adam& adam, double rate);

/// Shortens the gradient to the norm `longest`, without asking the device for its length.
void clip_gradient(const at::Tensor& gradient, double longest);

}  // namespace crbrt::trainer
