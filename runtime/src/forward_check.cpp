// SPDX-License-Identifier: Apache-2.0
// The checks behind ForwardSession::bind, one function per struct of forward_program.h.
#include "runtime/src/forward_check.h"

#include <cfloat>

#include "runtime/src/kernels/op_call.h"

namespace crbrt {

namespace {

constexpr std::uint32_t max_width = 1u << 24;

bool is_finite_number(double x) { return x >= -DBL_MAX && x <= DBL_MAX; }

bool check_inputs(const ForwardProgram& p) {
  for (std::size_t i = 0; i < p.n_input; ++i)
    if (p.inputs[i].name == nullptr || !(p.inputs[i].minimum <= p.inputs[i].maximum)) return false;
  if (p.periodic_input == -1) return p.is_mirrored == 0 && p.is_antiperiodic == 0 && p.table == nullptr;
  return p.is_mirrored <= 1 && p.is_antiperiodic <= 1 && p.periodic_input >= 0 &&
         p.periodic_input < static_cast<std::int64_t>(p.n_input) && is_finite_number(p.period) && p.period > 0;
}

bool check_feature(const ForwardProgram& p, const ForwardFeature& f) {
  if (static_cast<std::uint32_t>(f.function) >= n_forward_function) return false;
  if (f.n_factor == 0 || f.n_factor > forward_factors_max) return false;
  for (std::size_t i = 0; i < f.n_factor; ++i)
    if (f.inputs[i] >= p.n_input || (p.table != nullptr && static_cast<std::int64_t>(f.inputs[i]) == p.periodic_input))
      return false;
  if (f.function == ForwardFunction::saturation && !(is_finite_number(f.offset) && f.offset > 0)) return false;
  return is_finite_number(f.factor) && f.factor != 0 && is_finite(f.mean) && is_finite(f.inverse_std) && f.inverse_std > 0;
}

/// Features of a slot when op `index` starts; 0 when nothing has been written.
std::uint32_t written(const ForwardProgram& p, std::size_t index, std::uint32_t slot) {
  while (index-- > 0)
    if (p.ops[index].out_slot == slot) return p.ops[index].n_out;
  return slot == 0 ? p.n_feature : 0;
}

/// A slot has its features and two rows more.
bool holds(const ForwardProgram& p, std::uint32_t slot, std::uint32_t n_feature) {
  return slot < p.n_slot && n_feature != 0 && p.slot_width[slot] >= n_feature + 2;
}

bool check_op(const ForwardProgram& p, std::size_t index) {
  const Op& op = p.ops[index];
  if (op.in_slot == op.out_slot || op.n_in == 0 || op.n_out > max_width || op.relu != 0 || op.out != Number::f32) return false;
  if (op.in_slot >= p.n_slot || !holds(p, op.out_slot, op.n_out)) return false;
  const std::uint32_t n_read = written(p, index, op.in_slot);
  if (op.kind == OpKind::root_silu) return op.add_slot == -1 && op.n_in == n_read && op.n_out == op.n_in;
  if (op.kind != OpKind::dense || op.weights == nullptr || op.bias == nullptr || op.n_in != n_read + 1) return false;
  if (op.add_slot == -1) return true;
  const auto add = static_cast<std::uint32_t>(op.add_slot);
  return op.add_slot >= 0 && add < p.n_slot && add != op.out_slot && written(p, index, add) == op.n_out;
}

/// Rows that can be counted in bytes.
bool check_slots(const ForwardProgram& p) {
  std::size_t rows = 0;
  for (std::size_t i = 0; i < p.n_slot; ++i) {
    if (p.slot_width[i] > max_width) return false;
    rows += p.slot_width[i];
    if (rows > SIZE_MAX / (sizeof(float) * layout::tile_voxels)) return false;
  }
  return holds(p, 0, p.n_feature);
}

}  // namespace

bool is_consistent(const ForwardProgram& p) noexcept {
  if (p.version != forward_program_version || p.name == nullptr || p.model_sha256 == nullptr) return false;
  if (p.n_coeff == 0 || p.n_coeff > max_width / 2 || p.n_input == 0 || p.n_input > forward_inputs_max) return false;
  if (p.n_feature == 0 || p.n_feature > max_width || p.n_op == 0 || p.n_slot == 0) return false;
  if (p.inputs == nullptr || p.features == nullptr || p.ops == nullptr || p.slot_width == nullptr) return false;
  if (!check_slots(p) || !check_inputs(p)) return false;
  for (std::size_t i = 0; i < p.n_feature; ++i)
    if (!check_feature(p, p.features[i])) return false;
  for (std::size_t i = 0; i < p.n_op; ++i)
    if (!check_op(p, i)) return false;
  const Op& last = p.ops[p.n_op - 1];
  if (last.kind != OpKind::dense) return false;
  if (p.table == nullptr) return p.table_intervals == 0 && last.n_out == 2 * p.n_coeff;
  return p.is_mirrored == 1 && p.table_intervals >= 1 && p.table_intervals < max_width && p.n_coeff <= forward_coeff_max &&
         reinterpret_cast<std::uintptr_t>(p.table) % layout::arena_alignment == 0;
}

}  // namespace crbrt
