/// The two losses. Both average over voxels and then over outputs.
///
/// crb   (estimate - truth)^2 / (CRB (sigma / |M0|)^2), paper Eq. 1: 1 for an efficient unbiased estimator
/// mse   (estimate - truth)^2 in units of the output's variance over the training set
#pragma once

#include "trainer/config.h"

namespace at {
class Tensor;
}

namespace crbrt::trainer {

/// estimates and targets [n, n_output] standardised, weights from NoisySource. Result [n_output]; the loss is its mean.
at::Tensor loss_per_output(LossKind kind, const at::Tensor& estimates, const at::Tensor& targets, const at::Tensor& weights);

}  // namespace crbrt::trainer
