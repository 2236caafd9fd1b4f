// Squared errors, weighted by the inverse bound or not.
#include "trainer/loss.h"

#include <ATen/ATen.h>

namespace crbrt::trainer {

at::Tensor loss_per_output(LossKind kind, const at::Tensor& estimates, const at::Tensor& targets, const at::Tensor& weights) {
  const at::Tensor squared_error = at::square(estimates - targets);
  return kind == LossKind::crb ? (squared_error * weights).mean(0) : squared_error.mean(0);
}

}  // namespace crbrt::trainer
