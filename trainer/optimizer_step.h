/// What an optimiser's step needs and LibTorch lacks or hides.
#pragma once

namespace at {
class Tensor;
}
namespace torch::optim {
class Adam;
}

namespace crbrt::trainer {

void set_learning_rate(torch::optim::Adam& adam, double rate);

/// Shortens the gradient to the norm `longest`, without asking the device for its length.
void clip_gradient(const at::Tensor& gradient, double longest);

}  // namespace crbrt::trainer
