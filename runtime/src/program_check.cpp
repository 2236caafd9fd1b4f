// SPDX-License-Identifier: Apache-2.0
// The checks behind Session::bind, one function per struct of program.h. Plain loops and no memory: looking back for the last
// writer of a slot is quadratic in the number of ops, which are a handful.
#include "runtime/src/program_check.h"

#include "crbrt/format/legality.h"
#include "runtime/src/kernels/kernels-inl.h"

namespace crbrt {

namespace {

constexpr std::uint32_t max_width = 1u << 24;  // features of a slot; far above any network, far below overflow

bool is_flag(std::uint32_t x) { return x <= 1; }

bool check_preprocessing(const Program& p) {
  const Preprocessing& pre = p.preprocessing;
  if (pre.mean == nullptr || pre.inverse_std == nullptr || !is_flag(pre.l2_normalize)) return false;
  if (pre.phase_reference < -1 || pre.phase_reference >= static_cast<std::int64_t>(p.n_coeff)) return false;
  if (pre.conjugate_reference < -1 || pre.conjugate_reference >= static_cast<std::int64_t>(p.n_coeff)) return false;
  if (pre.conjugate_reference >= 0 && pre.conjugate_reference == pre.phase_reference) return false;
  for (std::size_t i = 0; i < 2 * std::size_t{p.n_coeff}; ++i)
    if (!is_finite(pre.mean[i]) || !is_finite(pre.inverse_std[i]) || pre.inverse_std[i] <= 0) return false;
  return true;
}

bool check_outputs(const Program& p) {
  for (std::size_t i = 0; i < p.n_output; ++i) {
    const Output& o = p.outputs[i];
    if (o.name == nullptr || o.unit == nullptr || !is_finite(o.offset) || !is_finite(o.scale)) return false;
    if (!(o.minimum <= o.maximum)) return false;  // NaN included
    if (!(o.std_minimum >= 0 && o.std_minimum <= o.std_maximum)) return false;
  }
  return true;
}

bool check_atypicality(const Program& p) {
  const Atypicality& a = *p.atypicality;
  if (!is_finite(a.threshold) || !is_flag(a.depends_on_noise)) return false;
  if (a.depends_on_noise == 0) return true;
  return p.uncertainty != nullptr && is_finite(a.at_noise[0]) && is_finite(a.at_noise[1]) && is_finite(a.at_noise[2]);
}

bool check_details(const Program& p) {
  if (p.atypicality != nullptr && !check_atypicality(p)) return false;
  if (p.uncertainty == nullptr) return true;
  const Uncertainty& u = *p.uncertainty;
  return is_finite(u.log_noise_center) && is_finite(u.log_noise_min) && is_finite(u.log_noise_max) &&
         u.log_noise_min <= u.log_noise_max;
}

bool check_slots(const Program& p) {
  for (std::size_t i = 0; i < p.n_slot; ++i)
    if (p.slot_width[i] == 0 || p.slot_width[i] > max_width) return false;
  return p.slot_width[0] >= 2 * p.n_coeff;
}

/// What a slot holds.
struct Features {
  std::uint32_t width;
  Number number;
};

/// What slot holds when op `index` starts; no features when nothing has been written.
Features written(const Program& p, std::size_t index, std::uint32_t slot) {
  while (index-- > 0)
    if (p.ops[index].out_slot == slot) return {p.ops[index].n_out, p.ops[index].out};
  return {slot == 0 ? 2 * p.n_coeff : 0, Number::f32};
}

bool reads_what_was_written(const Program& p, std::size_t index, std::uint32_t slot, Features features) {
  if (slot >= p.n_slot) return false;
  const Features found = written(p, index, slot);
  return found.width == features.width && found.number == features.number;
}

/// In place only where every word is read before it is overwritten.
bool may_share_slot(const Op& op) {
  const bool same_size = layout::per_word(facts(op.kind).reads) == layout::per_word(op.out);
  return op.in_slot != op.out_slot || (!is_dense(op.kind) && same_size);
}

bool check_added(const Program& p, std::size_t index) {
  const Op& op = p.ops[index];
  if (op.add_slot == -1) return true;
  if (op.kind != OpKind::dense && op.out != Number::s16) return false;
  return op.add_slot >= 0 && reads_what_was_written(p, index, static_cast<std::uint32_t>(op.add_slot), {op.n_out, op.out});
}

/// What the op's kernel needs (its contract header).
bool check_kind(const Op& op) {
  switch (op.kind) {
#define CRBRT_OP(kind, reads, writes, arguments) \
  case OpKind::kind:                             \
    return arguments::fits(op);
#include "crbrt/format/ops.inc"
#undef CRBRT_OP
  }
  return false;
}

bool check_op(const Program& p, std::size_t index) {
  const Op& op = p.ops[index];
  if (op.n_in == 0 || op.n_out == 0 || op.n_out > max_width || op.out_slot >= p.n_slot) return false;
  if (!is_op(op.kind) || !may_write(op.kind, op.out) || layout::row_words(op.out, op.n_out) > p.slot_width[op.out_slot])
    return false;
  if (!reads_what_was_written(p, index, op.in_slot, {op.n_in, facts(op.kind).reads})) return false;
  return is_flag(op.relu) && may_share_slot(op) && check_added(p, index) && check_kind(op);
}

/// Of at least one word, and so many that their bytes can be counted.
bool check_arena(const Program& p) {
  constexpr std::size_t limit = SIZE_MAX / (sizeof(float) * layout::tile_voxels);
  std::size_t words = 0;
  for (std::size_t i = 0; i < p.n_slot; ++i) {
    if (p.slot_width[i] > limit - words) return false;
    words += p.slot_width[i];
  }
  return words > 0;
}

}  // namespace

bool is_consistent(const Program& p) noexcept {
  if (p.version != program_version || p.name == nullptr || p.model_sha256 == nullptr) return false;
  if (p.n_coeff == 0 || p.n_coeff > max_width / 2 || p.n_output == 0 || p.n_op == 0 || p.n_slot == 0) return false;
  if (p.outputs == nullptr || p.ops == nullptr || p.slot_width == nullptr) return false;
  // Extents first: the tables that outputs and preprocessing point at are as long as the ops say.
  if (!check_slots(p) || !check_arena(p) || p.ops[p.n_op - 1].n_out != n_feature(p)) return false;
  if (p.ops[p.n_op - 1].out != Number::f32) return false;
  for (std::size_t i = 0; i < p.n_op; ++i)
    if (!check_op(p, i)) return false;
  return check_preprocessing(p) && check_outputs(p) && check_details(p);
}

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
