// Checks of integer ops: tables that are there and packed as kernels read them, and the rules of legality.h, so that no kernel
// can overflow.
#include "crbrt/format/legality.h"
#include "runtime/src/program_check.h"

namespace crbrt {

namespace {

/// Packed tables as legality.h asks for them.
struct Packed {
  const Op& op;

  std::int32_t weight(std::size_t j, std::size_t k) const noexcept {
    if (op.kind == OpKind::dense_u8) return op.integers->weights_s8[layout::packed_index(Number::u8, op.n_in, j, k)];
    if (op.kind == OpKind::dense_s16) return op.integers->weights_s16[layout::packed_index(Number::s16, op.n_in, j, k)];
    return op.integers->weights_s16[layout::packed_diagonal_index(j)];
  }
  std::int32_t bias(std::size_t j) const noexcept { return op.integers->bias[j]; }
  Requant requant(std::size_t j) const noexcept {
    return {op.integers->shift[j], op.integers->multiplier[layout::tile_outputs * j]};
  }
};

bool has_tables(const Op& op) {
  const IntegerTables& t = *op.integers;
  if (t.bias == nullptr || (op.out != Number::s32 && (t.shift == nullptr || t.multiplier == nullptr))) return false;
  if (op.kind == OpKind::group_norm_s16 && op.integer_group_norm == nullptr) return false;
  return op.kind == OpKind::dense_u8 ? t.weights_s8 != nullptr && t.row_sum != nullptr : t.weights_s16 != nullptr;
}

/// Each multiplier four times; sums of weights; zeros beside the diagonal.
bool is_packed(const Op& op, std::size_t j) {
  const IntegerTables& t = *op.integers;
  for (std::size_t i = 1; op.out != Number::s32 && i < layout::tile_outputs; ++i)
    if (t.multiplier[layout::tile_outputs * j + i] != t.multiplier[layout::tile_outputs * j]) return false;
  if (!is_dense(op.kind)) return t.weights_s16[layout::packed_diagonal_index(j) ^ 1] == 0;  // the word's other feature
  if (op.kind != OpKind::dense_u8) return true;
  std::int32_t row_sum = 0;
  for (std::size_t k = 0; k < layout::padded_inputs(Number::u8, op.n_in); ++k) row_sum += Packed{op}.weight(j, k);
  return row_sum == t.row_sum[j];
}

}  // namespace

bool check_integer(const Op& op) noexcept {
  if (op.integers == nullptr || !has_tables(op) || (!is_dense(op.kind) && op.n_in != op.n_out)) return false;
  const std::size_t n_row = layout::padded_outputs(op.n_out);
  for (std::size_t j = 0; j < n_row; ++j)
    if (!is_packed(op, j)) return false;
  return !first_breach({op.kind, op.n_in, n_row, op.n_group, op.out}, Packed{op}, op.integer_group_norm);
}

}  // namespace crbrt
