// SPDX-License-Identifier: Apache-2.0
// Squared errors in units of the bound, of the outputs' spread or of the truth; split into bias and variance for bias_reduced.
#include "trainer/loss.h"

#include <torch/optim/adam.h>

#include <ATen/ATen.h>
#include <algorithm>
#include <cmath>
#include <numbers>

namespace crbrt::trainer {

namespace {

at::Tensor row(const std::vector<float>& values, const at::Tensor& like) {
  return at::tensor(values, at::kFloat).view({1, -1}).to(like.options());
}

at::Tensor relative(const Standardization& standardization, const LossTerms& terms) {
  const at::Tensor scale = row(standardization.scale, terms.targets), offset = row(standardization.offset, terms.targets);
  const at::Tensor truth = terms.targets * scale + offset;
  return (at::abs(terms.estimates - terms.targets) * scale / at::abs(truth)).mean(0);
}

at::Tensor bias_reduced(const BiasReduction& config, const LossTerms& terms) {
  const auto n = static_cast<std::int64_t>(config.realisations);
  const at::Tensor error = ((terms.estimates - terms.targets) * at::sqrt(terms.weights)).view({-1, n, terms.targets.size(1)});
  const at::Tensor mean = error.mean(1, true);
  const at::Tensor variance = at::square(error - mean).sum(1) / static_cast<double>(n - 1);
  const at::Tensor squared_bias = at::square(mean.squeeze(1)) - variance / static_cast<double>(n);
  return (squared_bias + config.variance_weight * at::relu(variance - config.variance_limit)).mean(0);
}

}  // namespace

at::Tensor crb_loss_per_output(const LossTerms& terms) {
  return (at::square(terms.estimates - terms.targets) * terms.weights).mean(0);
}

at::Tensor loss_per_output(const Config& config, const Standardization& standardization, const LossTerms& terms) {
  switch (config.loss) {
    case LossKind::crb: return crb_loss_per_output(terms);
    case LossKind::mse: return at::square(terms.estimates - terms.targets).mean(0);
    case LossKind::relative: return relative(standardization, terms);
    case LossKind::bias_reduced: break;
  }
  return bias_reduced(config.bias_reduction, terms);
}

// LibTorch keeps the learning rate behind a cast, and its own clipping waits for the norm. Learning rates are pure functions of
// the fractional epoch, so that a resumed run needs no state for them.

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
    case ScheduleKind::linear: {
      const double left = std::max(static_cast<double>(config.epochs) - s.warmup_epochs, 1e-9);
      return config.learning_rate * std::max(1 - past / left, 0.0);
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
