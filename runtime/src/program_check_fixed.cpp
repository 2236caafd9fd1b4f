// Checks of integer ops: tables there, constants legal, and the proofs of fixed_bounds.h, so that no kernel can overflow.
#include "crbrt/format/fixed_bounds.h"
#include "crbrt/format/requant.h"
#include "runtime/src/program_check.h"

namespace crbrt {

namespace {

constexpr std::int64_t s16_magnitude = 32768;  // of -32768, which a saturated skip can give
constexpr std::int64_t u8_magnitude =
    256;  // 255, and twice 128 where kernels start from bias + 128 * row_sum and take u8 - 128

bool is_between(std::int64_t x, std::int64_t low, std::int64_t high) { return x >= low && x <= high; }

bool check_requant(const FixedTables& t, std::size_t j) {
  if (!is_between(t.shift[j], 0, shift_max)) return false;
  for (std::size_t i = 0; i < layout::tile_outputs; ++i) {
    const std::int32_t multiplier = t.multiplier[layout::tile_outputs * j + i];
    if (multiplier < 0 || multiplier != t.multiplier[layout::tile_outputs * j]) return false;
  }
  return true;
}

bool check_requants(const Op& op) {
  const FixedTables& t = *op.fixed;
  if (op.out == Number::s32) return true;
  if (t.shift == nullptr || t.multiplier == nullptr) return false;
  for (std::size_t j = 0; j < layout::padded_outputs(op.n_out); ++j)
    if (!check_requant(t, j)) return false;
  return true;
}

bool check_sums_s16(const Op& op) {
  const std::size_t n_in = layout::padded_inputs(Number::s16, op.n_in);
  const auto weight = [&](std::size_t j, std::size_t k) {
    return op.fixed->weights_s16[layout::packed_index(Number::s16, op.n_in, j, k)];
  };
  for (std::size_t j = 0; j < layout::padded_outputs(op.n_out); ++j)
    if (!sum_fits(weight, j, n_in, op.fixed->bias[j], s16_magnitude)) return false;
  return true;
}

bool check_sums_u8(const Op& op) {
  const std::size_t n_in = layout::padded_inputs(Number::u8, op.n_in);
  const auto weight = [&](std::size_t j, std::size_t k) {
    return op.fixed->weights_s8[layout::packed_index(Number::u8, op.n_in, j, k)];
  };
  for (std::size_t j = 0; j < layout::padded_outputs(op.n_out); ++j) {
    std::int32_t row_sum = 0;
    for (std::size_t k = 0; k < n_in; ++k) row_sum += weight(j, k);
    if (row_sum != op.fixed->row_sum[j] || !quads_fit(weight, j, n_in)) return false;
    if (!sum_fits(weight, j, n_in, op.fixed->bias[j], u8_magnitude)) return false;
  }
  return true;
}

bool check_diagonal(const Op& op) {
  for (std::size_t j = 0; j < layout::padded_outputs(op.n_out); ++j) {
    if (op.fixed->weights_s16[layout::packed_diagonal_index(j) ^ 1] != 0) return false;  // the word's other feature
    if (!is_between(op.fixed->bias[j], -(std::int64_t{1} << 30), std::int64_t{1} << 30)) return false;
  }
  return true;
}

bool check_group_constants(const Op& op) {
  const FixedGroupNorm& c = *op.fixed_group_norm;
  const std::int64_t size = op.n_in / op.n_group;
  if (!is_between(c.mean_shift, 0, shift_max) || !is_between(c.mean_multiplier, 1, s16_max)) return false;
  if (!mean_fits(size, {c.mean_shift, c.mean_multiplier}) || c.square_shift % 2 != 0 || !is_between(c.square_shift, 2, 28))
    return false;
  return c.epsilon >= 1 && size / 2 * (std::int64_t{1} << (31 - c.square_shift)) + c.epsilon <= INT32_MAX;
}

}  // namespace

bool check_dense_fixed(const Op& op) noexcept {
  if (op.fixed == nullptr || op.fixed->bias == nullptr || !check_requants(op)) return false;
  if (op.kind == OpKind::dense_s16) return op.fixed->weights_s16 != nullptr && check_sums_s16(op);
  return op.fixed->weights_s8 != nullptr && op.fixed->row_sum != nullptr && check_sums_u8(op);
}

bool check_affine_fixed(const Op& op) noexcept {
  const bool has_tables = op.fixed != nullptr && op.fixed->bias != nullptr && op.fixed->weights_s16 != nullptr;
  return has_tables && op.n_in == op.n_out && check_requants(op) && check_diagonal(op);
}

bool check_group_norm_fixed(const Op& op) noexcept {
  if (op.fixed_group_norm == nullptr || op.n_group == 0 || op.n_in % op.n_group != 0) return false;
  return group_fits(op.n_in, op.n_group) && check_affine_fixed(op) && check_group_constants(op);
}

}  // namespace crbrt
