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

}  // namespace crbrt::codegen
