#include "runtime/loader/src/operation_kinds.h"

namespace crbrt::loading {

OpKind float_kind(OperationKind kind) noexcept {
  switch (kind) {
    case OperationKind::dense: return OpKind::dense;
    case OperationKind::group_norm: return OpKind::group_norm;
    case OperationKind::relu: return OpKind::relu;
    case OperationKind::batch_norm:  // folded() has left none
    case OperationKind::affine: break;
  }
  return OpKind::affine;
}

OpKind integer_kind(OperationKind kind, Number in) noexcept {
  switch (kind) {
    case OperationKind::dense: return in == Number::u8 ? OpKind::dense_u8 : OpKind::dense_s16;
    case OperationKind::group_norm: return OpKind::group_norm_s16;
    case OperationKind::relu:  // an affine of factors that only rescale
    case OperationKind::batch_norm:
    case OperationKind::affine: break;
  }
  return OpKind::affine_s16;
}

std::vector<float> integer_weights(const Operation&) { return {}; }

std::string activation_text(const Operation&) { return "relu"; }

bool read_activation(const fbs::Dense& from, Operation& to, const std::string& field, Checks& checks) {
  if (!checks.in_range(static_cast<std::uint64_t>(from.activation()), 0, 1, member(field, "activation"))) return false;
  to.kind = OperationKind::relu;
  return from.activation() != fbs::Activation::none;
}

void write_activation(const Operation&, fbs::DenseT& to) { to.activation = fbs::Activation::relu; }

}  // namespace crbrt::loading
