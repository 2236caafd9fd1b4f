#include "runtime/loader/src/operation_kinds.h"

namespace crbrt::loader {

OpKind float_kind(OperationKind kind) noexcept {
  switch (kind) {
    case OperationKind::dense: return OpKind::dense;
    case OperationKind::group_norm: return OpKind::group_norm;
    case OperationKind::relu: return OpKind::relu;
    case OperationKind::leaky_relu: return OpKind::leaky_relu;
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
    case OperationKind::relu:  // an affine of factors that only rescale
    case OperationKind::batch_norm:
    case OperationKind::affine: break;
  }
  return OpKind::affine_s16;
}

std::vector<float> integer_weights(const Operation& op) {
  std::vector<float> slopes;
  for (std::size_t j = 0; j < op.weights.size(); ++j) slopes.push_back(static_cast<float>(slope_s16(op, j)));
  return slopes;
}

std::string activation_text(const Operation& op) { return op.kind == OperationKind::relu ? "relu" : "leaky relu"; }

bool read_activation(const fbs::Dense& from, Operation& to, const std::string& field, Checks& checks) {
  if (!checks.in_range(static_cast<std::uint64_t>(from.activation()), 0, 2, member(field, "activation"))) return false;
  if (from.activation() == fbs::Activation::leaky_relu) {
    const bool is_share = from.slope() > 0 && from.slope() <= 1;
    checks.expect(is_share, member(field, "slope"), "above 0 and at most 1", number_text(from.slope()));
    to.kind = OperationKind::leaky_relu;
    to.weights.assign(from.n_out(), from.slope());
    return is_share;
  }
  checks.expect(from.slope() == 0, member(field, "slope"), "0 without a leaky ReLU", number_text(from.slope()));
  to.kind = OperationKind::relu;
  return from.activation() == fbs::Activation::relu;
}

void write_activation(const Operation& op, fbs::DenseT& to) {
  to.activation = op.kind == OperationKind::relu ? fbs::Activation::relu : fbs::Activation::leaky_relu;
  if (op.kind == OperationKind::leaky_relu) to.slope = op.weights.front();
}

}  // namespace crbrt::loader
