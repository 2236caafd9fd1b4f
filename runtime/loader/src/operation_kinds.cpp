// SPDX-License-Identifier: Apache-2.0
#include "runtime/loader/src/operation_kinds.h"

namespace crbrt::loader {

OpKind float_kind(OperationKind kind) noexcept {
  switch (kind) {
    case OperationKind::dense: return OpKind::dense;
    case OperationKind::group_norm: return OpKind::group_norm;
    case OperationKind::relu: return OpKind::relu;
    case OperationKind::leaky_relu: return OpKind::leaky_relu;
    case OperationKind::root_silu: return OpKind::root_silu;
    case OperationKind::batch_norm:  // folded() has left none
    case OperationKind::affine: break;
  }
  return OpKind::affine;
}

OpKind integer_kind(OperationKind kind, Number in) noexcept {
  switch (kind) {
    case OperationKind::dense: return in == Number::u8 ? OpKind::dense_u8 : OpKind::dense_s16;
    case OperationKind::group_norm: return OpKind::group_norm_s16;
    case OperationKind::leaky_relu: return OpKind::leaky_relu_s16;
    case OperationKind::relu:       // an affine of factors that only rescale
    case OperationKind::root_silu:  // has no integers
    case OperationKind::batch_norm:
    case OperationKind::affine: break;
  }
  return OpKind::affine_s16;
}

std::vector<float> integer_weights(const Operation& op) {
  std::vector<float> weights;
  switch (op.kind) {
    case OperationKind::leaky_relu:
      for (std::size_t j = 0; j < op.weights.size(); ++j) weights.push_back(static_cast<float>(slope_s16(op, j)));
      break;
    case OperationKind::relu:
    case OperationKind::root_silu:
    case OperationKind::dense:
    case OperationKind::batch_norm:
    case OperationKind::group_norm:
    case OperationKind::affine: break;
  }
  return weights;
}

std::string activation_text(const Operation& op) {
  switch (op.kind) {
    case OperationKind::relu: return "relu";
    case OperationKind::leaky_relu: return "leaky relu";
    case OperationKind::root_silu: return "root silu";
    case OperationKind::dense:
    case OperationKind::batch_norm:
    case OperationKind::group_norm:
    case OperationKind::affine: break;
  }
  return {};
}

bool read_activation(const fbs::Dense& from, Operation& to, const std::string& field, Checks& checks) {
  if (!checks.in_range(static_cast<std::uint64_t>(from.activation()), 0, static_cast<std::uint64_t>(fbs::Activation::MAX),
                       member(field, "activation")))
    return false;
  if (from.activation() != fbs::Activation::leaky_relu)
    checks.expect(from.slope() == 0, member(field, "slope"), "0 without a leaky ReLU", number_text(from.slope()));
  switch (from.activation()) {
    case fbs::Activation::none: return false;
    case fbs::Activation::relu: to.kind = OperationKind::relu; return true;
    case fbs::Activation::root_silu: to.kind = OperationKind::root_silu; return true;
    case fbs::Activation::leaky_relu: break;
  }
  const bool is_share = from.slope() > 0 && from.slope() <= 1;
  checks.expect(is_share, member(field, "slope"), "above 0 and at most 1", number_text(from.slope()));
  to.kind = OperationKind::leaky_relu;
  to.weights.assign(from.n_out(), from.slope());
  return is_share;
}

void write_activation(const Operation& op, fbs::DenseT& to) {
  switch (op.kind) {
    case OperationKind::relu: to.activation = fbs::Activation::relu; break;
    case OperationKind::root_silu: to.activation = fbs::Activation::root_silu; break;
    case OperationKind::leaky_relu:
      to.activation = fbs::Activation::leaky_relu;
      to.slope = op.weights.front();
      break;
    case OperationKind::dense:
    case OperationKind::batch_norm:
    case OperationKind::group_norm:
    case OperationKind::affine: break;
  }
}

}  // namespace crbrt::loader
