// SPDX-License-Identifier: Apache-2.0
/// What a step of training goes down, and how far: the losses of the estimates, and the optimiser's step. All losses average
/// over fingerprints and then over outputs. Sources: docs/references.md.
///
/// crb           (estimate - truth)^2 / (CRB (sigma / |M0|)^2), [paper] Eq. 1: 1 for an efficient unbiased estimator
/// mse           (estimate - truth)^2 in units of the output's variance over the training set
/// relative      |estimate - truth| / |truth|, the mean relative absolute error of earlier work ([paper] Section 1)
/// bias_reduced  of n noise realisations of one fingerprint, with mean m and variance v of (estimate - truth) / sqrt(CRB):
///               m^2 - v / n + variance_weight * max(v - variance_limit, 0)      (after [bias-reduced])
///               m^2 alone would exceed the squared bias by v / n; without that the loss is unbiased for any n. The hinge
///               keeps the variance at the bound, below which only a biased estimator gets.
#pragma once

#include "trainer/config.h"
#include "trainer/training_data.h"

namespace at {
class Tensor;
}
namespace torch::optim {
class Adam;
}

namespace crbrt::trainer {

/// A batch of noisy voxels, [n, n_output] each. Standardised: (value - offset) / scale.
struct LossTerms {
  const at::Tensor& estimates;  ///< standardised
  const at::Tensor& targets;    ///< standardised
  const at::Tensor& weights;    ///< from NoisySource
};

/// Result [n_output]; the loss is its mean. bias_reduced expects realisations(config) consecutive rows per fingerprint.
at::Tensor loss_per_output(const Config& config, const Standardization& standardization, const LossTerms& terms);

/// The CRB loss, whatever is trained.
at::Tensor crb_loss_per_output(const LossTerms& terms);

// What an optimiser's step needs and LibTorch lacks or hides, and the schedule of its learning rate.

/// Learning rate after `epoch` (fractional) of `config.epochs` epochs.
double learning_rate_at(const Config& config, double epoch);

void set_learning_rate(torch::optim::Adam& adam, double rate);

/// Shortens the gradient to the norm `longest`, without asking the device for its length.
void clip_gradient(const at::Tensor& gradient, double longest);

}  // namespace crbrt::trainer
