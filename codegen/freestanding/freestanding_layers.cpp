/// Weights are unpacked from the layout of tiles and packed for one voxel: blocks of four outputs, no word of padding.
#include "codegen/freestanding/freestanding_layers.h"

#include <algorithm>

#include "codegen/literals.h"
#include "crbrt/format/layout.h"

namespace crbrt::codegen {
namespace {

constexpr std::size_t rule_bytes = 8;         // struct output_rule
constexpr std::size_t group_norm_bytes = 20;  // struct group_norm

std::string text(std::uint64_t value) { return std::to_string(value); }

bool is_dense(const Op& op) { return op.kind == OpKind::dense_s16 || op.kind == OpKind::dense_u8; }

/// Inputs that one step of a dense layer reads.
std::size_t step_of(const Op& op) { return layout::per_word(op.kind == OpKind::dense_u8 ? Number::u8 : Number::s16); }

std::size_t steps_of(const Op& op) { return (op.n_in + step_of(op) - 1) / step_of(op); }

template <class T>
Tables constant(const std::string& type, const std::string& name, const std::vector<T>& numbers, std::size_t per_line) {
  return {"static const " + type + ' ' + name + '[' + text(numbers.size()) +
              "] ALIGNED_TO_WORDS = " + table_literal(std::span<const T>(numbers), per_line) + ";\n",
          numbers.size() * sizeof(T)};
}

/// [block][step][output of the block][input of the step].
template <class T>
std::vector<T> packed_for_a_voxel(const T* weights, Number number, const Op& op, std::size_t n_out) {
  std::vector<T> packed;
  const std::size_t step = step_of(op);
  for (std::size_t first = 0; first < n_out; first += layout::tile_outputs)
    for (std::size_t k = 0; k < steps_of(op) * step; k += step)
      for (std::size_t j = first; j < first + layout::tile_outputs; ++j)
        for (std::size_t i = k; i < k + step; ++i) packed.push_back(weights[layout::packed_index(number, op.n_in, j, i)]);
  return packed;
}

Tables weights_of(const Op& op, const std::string& stem, std::size_t n_out) {
  const FixedTables& t = *op.fixed;
  if (op.kind == OpKind::dense_u8)
    return constant("int8_t", stem + "_weights", packed_for_a_voxel(t.weights_s8, Number::u8, op, n_out), 16);
  if (op.kind == OpKind::dense_s16)
    return constant("int16_t", stem + "_weights", packed_for_a_voxel(t.weights_s16, Number::s16, op, n_out), 8);
  std::vector<std::int16_t> factors;
  for (std::size_t j = 0; j < layout::padded_outputs(n_out); ++j)
    factors.push_back(t.weights_s16[layout::packed_diagonal_index(j)]);
  return constant("int16_t", stem + "_factors", factors, 8);
}

/// One row an output; sums that stay sums have neither multiplier nor shift.
Tables rules_of(const Op& op, const std::string& stem, std::size_t n_out) {
  const FixedTables& t = *op.fixed;
  const std::size_t n = layout::padded_outputs(n_out);
  std::string rows;
  for (std::size_t j = 0; j < n; ++j) {
    const bool is_sum = op.out == Number::s32;
    rows += "    {" + integer_literal(t.bias[j]) + ", " + std::to_string(is_sum ? 0 : t.multiplier[layout::tile_outputs * j]) +
            ", " + std::to_string(is_sum ? 0 : t.shift[j]) + "},\n";
  }
  return {"static const struct output_rule " + stem + "_rules[" + text(n) + "] = {\n" + rows + "};\n", n * rule_bytes};
}

Tables group_norm_of(const Op& op, const std::string& stem) {
  const FixedGroupNorm& c = *op.fixed_group_norm;
  return {"static const struct group_norm " + stem + "_norm = {" + text(op.n_in / op.n_group) + ", " +
              std::to_string(c.mean_shift) + ", " + std::to_string(c.mean_multiplier) + ", " + std::to_string(c.square_shift) +
              ", " + std::to_string(c.epsilon) + "};\n",
          group_norm_bytes};
}

/// What operation `index` finds in `slot`, as a C expression: the input where nothing has written there since.
std::string source(const Program& p, std::size_t index, std::uint32_t slot, const VoxelArena& arena) {
  while (p.ops[--index].out_slot != slot) {
  }
  const Op& writer = p.ops[index];
  if (writer.kind == OpKind::quantize) return "input";
  return std::string(writer.out == Number::u8 ? "" : "(const int16_t*)(") + "slots + " + text(arena.offset[slot]) +
         (writer.out == Number::u8 ? "" : ")");
}

std::string destination(const Program& p, std::size_t index, const VoxelArena& arena) {
  const Op& op = p.ops[index];
  const bool is_sum = op.out == Number::s32;
  const std::string added = op.add_slot < 0 ? "0" : source(p, index, static_cast<std::uint32_t>(op.add_slot), arena);
  return (is_sum ? "sums, number_s32"
                 : "slots + " + text(arena.offset[op.out_slot]) + (op.out == Number::u8 ? ", number_u8" : ", number_s16")) +
         ", " + text(op.relu) + ", " + added;
}

}  // namespace

VoxelArena voxel_arena(const Program& program) {
  VoxelArena arena;
  arena.offset.assign(program.n_slot, 0);
  std::vector<std::uint64_t> width(program.n_slot, 0);
  for (std::size_t i = 0; i < program.n_op; ++i) {
    const Op& op = program.ops[i];
    if (op.out != Number::s16 && op.out != Number::u8) continue;
    const std::uint64_t bytes = layout::padded_outputs(op.n_out) * (op.out == Number::u8 ? 1 : 2);
    width[op.out_slot] = std::max(width[op.out_slot], bytes);
  }
  for (std::size_t slot = 0; slot < program.n_slot; ++slot) {
    arena.offset[slot] = arena.bytes;
    arena.bytes += width[slot];
  }
  return arena;
}

std::size_t computed_outputs(const Program& program, std::size_t index) {
  return program.ops[index].out == Number::s32 ? program.n_output : program.ops[index].n_out;
}

Tables layer_tables(const Program& program, std::size_t index, const std::string& stem) {
  const Op& op = program.ops[index];
  const std::size_t n_out = computed_outputs(program, index);
  Tables all = weights_of(op, stem, n_out);
  const auto add = [&all](const Tables& more) { all.text += more.text, all.bytes += more.bytes; };
  add(rules_of(op, stem, n_out));
  if (op.fixed_group_norm != nullptr) add(group_norm_of(op, stem));
  return all;
}

std::string layer_call(const Program& program, std::size_t index, const std::string& stem, const VoxelArena& arena) {
  const Op& op = program.ops[index];
  const std::string in = source(program, index, op.in_slot, arena), n_out = text(computed_outputs(program, index));
  const std::string rules = stem + "_rules, " + n_out + ", &" + stem + ");\n";
  const std::string to = "  const struct destination " + stem + " = {" + destination(program, index, arena) + "};\n";
  if (is_dense(op))
    return to + (op.kind == OpKind::dense_u8 ? "  dense_u8(" : "  dense_s16(") + in + ", " + text(steps_of(op)) + ", " + stem +
           "_weights, " + rules;
  if (op.kind == OpKind::group_norm_s16)
    return to + "  group_norm_s16(" + in + ", &" + stem + "_norm, " + stem + "_factors, " + rules;
  return to + "  affine_s16(" + in + ", " + stem + "_factors, " + rules;
}

}  // namespace crbrt::codegen
