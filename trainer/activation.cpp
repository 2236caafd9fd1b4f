// SPDX-License-Identifier: Apache-2.0
// ReLU stays ATen's own operator: a leaky ReLU of slope 0 would give -0 where ReLU gives 0.
#include "trainer/activation.h"

#include <ATen/ATen.h>

#include <array>

#include "trainer/config_values.h"

namespace crbrt::trainer {
namespace {

constexpr double default_negative_slope = 0.01;
constexpr std::array<std::string_view, 2> keys{"activation", "negative_slope"};

float read_negative_slope(const JsonReader& network) {
  const auto slope = static_cast<float>(network.number_or("negative_slope", default_negative_slope));
  if (!(slope > 0 && slope <= 1)) network.at("negative_slope").fail("a single-precision number above 0 and at most 1");
  return slope;
}

/// s = x / sqrt(x^2 + 1), then x becomes x / 2 (1 + s), whose slope is (1 + s (2 - s^2)) / 2. Two results are alike for
/// different x, so the slope is kept.
void apply_root_silu(at::Tensor& x, at::Tensor& slope) {
  if (!slope.defined()) slope = at::empty({0}, x.options());
  at::mul_out(slope, x, x);
  slope.add_(1).rsqrt_().mul_(x);
  const at::Tensor factor = slope + 1;
  x.mul_(factor).mul_(0.5);
  slope.addcmul_(slope, 1 - slope.square());  // s + s - s^3
  slope.add_(1).mul_(0.5);
}

}  // namespace

at::Tensor Activation::operator()(const at::Tensor& x) const {
  switch (kind) {
    case OperationKind::relu: return at::relu(x);
    case OperationKind::leaky_relu: return at::leaky_relu(x, negative_slope);
    case OperationKind::root_silu: return x * 0.5 * (1 + x * at::rsqrt(at::square(x) + 1));
    case OperationKind::dense:
    case OperationKind::batch_norm:
    case OperationKind::group_norm:
    case OperationKind::affine: break;
  }
  return x;
}

void Activation::apply(at::Tensor& x, at::Tensor& slope) const {
  switch (kind) {
    case OperationKind::relu: at::relu_(x); break;
    case OperationKind::leaky_relu: at::leaky_relu_(x, negative_slope); break;
    case OperationKind::root_silu: apply_root_silu(x, slope); break;
    case OperationKind::dense:
    case OperationKind::batch_norm:
    case OperationKind::group_norm:
    case OperationKind::affine: break;
  }
}

void Activation::differentiate(at::Tensor& gradient, const at::Tensor& result, const at::Tensor& slope) const {
  switch (kind) {
    case OperationKind::relu: at::threshold_backward_out(gradient, gradient, result, 0); break;
    case OperationKind::leaky_relu: at::leaky_relu_backward_out(gradient, gradient, result, negative_slope, true); break;
    case OperationKind::root_silu: gradient.mul_(slope); break;
    case OperationKind::dense:
    case OperationKind::batch_norm:
    case OperationKind::group_norm:
    case OperationKind::affine: break;
  }
}

void Activation::describe(Operation& op) const {
  op.kind = kind;
  switch (kind) {
    case OperationKind::leaky_relu: op.weights.assign(op.n_out, negative_slope); break;
    case OperationKind::relu:
    case OperationKind::root_silu:
    case OperationKind::dense:
    case OperationKind::batch_norm:
    case OperationKind::group_norm:
    case OperationKind::affine: break;
  }
}

bool Activation::is(const Operation& op) const {
  Operation wanted;
  wanted.n_out = op.n_out;
  describe(wanted);
  return op.kind == wanted.kind && op.weights == wanted.weights;
}

std::span<const std::string_view> activation_keys() noexcept { return keys; }

Activation read_activation(const JsonReader& network) {
  Activation activation;
  if (network.has("activation"))
    activation.kind = choice<OperationKind>(
        network.at("activation"),
        {{"relu", OperationKind::relu}, {"leaky_relu", OperationKind::leaky_relu}, {"root_silu", OperationKind::root_silu}});
  if (activation.kind == OperationKind::leaky_relu)
    activation.negative_slope = read_negative_slope(network);
  else if (network.has("negative_slope"))
    network.at("negative_slope").fail("this key with \"activation\": \"leaky_relu\" only");
  return activation;
}

}  // namespace crbrt::trainer
