// LibTorch keeps the learning rate behind a cast, and its own clipping waits for the norm. Learning rates are pure functions of
// the fractional epoch, so that a resumed run needs no state for them.
#include "trainer/optimizer.h"

#include <ATen/ATen.h>
#include <torch/optim/adam.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace crbrt::trainer {

double learning_rate_at(const Config& config, double epoch) {
  const Schedule& s = config.schedule;
  if (epoch < s.warmup_epochs) return config.learning_rate * epoch / s.warmup_epochs;
  const double past = epoch - s.warmup_epochs;
  switch (s.kind) {
    case ScheduleKind::step: return config.learning_rate * std::pow(s.factor, std::floor(past / s.every_epochs));
    case ScheduleKind::cosine: {
      const double left = std::max(static_cast<double>(config.epochs) - s.warmup_epochs, 1e-9);
      return config.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * std::min(past / left, 1.0)));
    }
    case ScheduleKind::constant: break;
  }
  return config.learning_rate;
}

void set_learning_rate(torch::optim::Adam& adam, double rate) {
  static_cast<torch::optim::AdamOptions&>(adam.param_groups()[0].options()).lr(rate);
}

void clip_gradient(const at::Tensor& gradient, double longest) {
  gradient.mul_((longest / (gradient.norm() + 1e-12)).clamp_max(1.0));
}

}  // namespace crbrt::trainer
