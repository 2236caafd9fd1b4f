/// One line an enumerator: the compiler says when one is missing.
#include "codegen/kind_names.h"

namespace crbrt::codegen {

const char* kind_name(OpKind kind) {
  switch (kind) {
    case OpKind::dense: return "dense";
    case OpKind::group_norm: return "group_norm";
    case OpKind::relu: return "relu";
    case OpKind::affine: return "affine";
    case OpKind::quantize: return "quantize";
    case OpKind::dequantize: return "dequantize";
    case OpKind::dense_s16: return "dense_s16";
    case OpKind::dense_u8: return "dense_u8";
    case OpKind::affine_s16: return "affine_s16";
    case OpKind::group_norm_s16: return "group_norm_s16";
  }
  return "";
}

const char* number_name(Number number) {
  switch (number) {
    case Number::f32: return "f32";
    case Number::s32: return "s32";
    case Number::s16: return "s16";
    case Number::u8: return "u8";
  }
  return "";
}

}  // namespace crbrt::codegen
