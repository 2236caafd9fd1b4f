// SPDX-License-Identifier: Apache-2.0
/// Weights are unpacked from the layout of tiles and packed for one voxel: blocks of four outputs, no word of padding.
#include "codegen/freestanding/emit_freestanding.h"

#include <algorithm>

#include "codegen/source_text.h"
#include "crbrt/format/layout.h"

namespace crbrt::codegen {
namespace {

constexpr std::size_t rule_bytes = 8;         // struct output_rule
constexpr std::size_t group_norm_bytes = 20;  // struct group_norm

std::string number(std::uint64_t value) { return std::to_string(value); }

template <class T>
Tables constant(const std::string& type, const std::string& name, const std::vector<T>& numbers, std::size_t per_line) {
  return {"static const " + type + ' ' + name + '[' + number(numbers.size()) +
              "] ALIGNED_TO_WORDS = " + table_literal(std::span<const T>(numbers), per_line) + ";\n",
          numbers.size() * sizeof(T)};
}

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

}  // namespace

struct LayerWriter::Layer {
  const Operation& op;
  const IntegerOperation& integers;
  std::string stem;
  std::size_t n_out;  ///< computed: of the last layer only what becomes an estimate

  bool is_dense() const { return op.kind == OperationKind::dense; }
  /// Inputs that one step of a dense layer reads.
  std::size_t step() const { return layout::per_word(integers.reads()); }
  std::size_t n_step() const { return (op.n_in + step() - 1) / step(); }

  template <class T>
  std::vector<T> packed(const std::vector<T>& weights) const;
  Tables weights() const;
  Tables rules() const;
  Tables group_norm() const;
  bool has_slopes() const { return op.kind == OperationKind::leaky_relu && !op.weights.empty(); }
  Tables slopes() const;
};

/// [block][step][output of the block][input of the step]; zeros for what is missing.
template <class T>
std::vector<T> LayerWriter::Layer::packed(const std::vector<T>& weights) const {
  std::vector<T> table;
  for (std::size_t first = 0; first < n_out; first += layout::tile_outputs)
    for (std::size_t k = 0; k < n_step() * step(); k += step())
      for (std::size_t j = first; j < first + layout::tile_outputs; ++j)
        for (std::size_t i = k; i < k + step(); ++i)
          table.push_back(i < op.n_in && j < op.n_out ? weights[j * op.n_in + i] : T{0});
  return table;
}

Tables LayerWriter::Layer::weights() const {
  if (is_dense())
    return integers.reads() == Number::u8 ? constant("int8_t", stem + "_weights", packed(integers.weights_s8), 16)
                                          : constant("int16_t", stem + "_weights", packed(integers.weights_s16), 8);
  std::vector<std::int16_t> factors = integers.weights_s16;
  factors.resize(layout::padded_outputs(n_out), 0);
  return constant("int16_t", stem + "_factors", factors, 8);
}

Tables LayerWriter::Layer::slopes() const {
  std::vector<std::int16_t> slopes(layout::padded_outputs(n_out), 0);
  for (std::size_t j = 0; j < n_out; ++j) slopes[j] = static_cast<std::int16_t>(slope_s16(op, j));
  return constant("int16_t", stem + "_slopes", slopes, 8);
}

/// One row an output; sums that stay sums have neither multiplier nor shift.
Tables LayerWriter::Layer::rules() const {
  const std::size_t n = layout::padded_outputs(n_out);
  const auto at = [](const auto& numbers, std::size_t j) { return j < numbers.size() ? std::int32_t{numbers[j]} : 0; };
  std::string rows;
  for (std::size_t j = 0; j < n; ++j)
    rows += "    {" + integer_literal(at(integers.bias, j)) + ", " + std::to_string(at(integers.multiplier, j)) + ", " +
            std::to_string(at(integers.shift, j)) + "},\n";
  return {"static const struct output_rule " + stem + "_rules[" + number(n) + "] = {\n" + rows + "};\n", n * rule_bytes};
}

Tables LayerWriter::Layer::group_norm() const {
  const IntegerGroupNorm& c = *integers.group_norm;
  return {"static const struct group_norm " + stem + "_norm = {" + number(op.n_in / op.n_group) + ", " +
              std::to_string(c.mean_shift) + ", " + std::to_string(c.mean_multiplier) + ", " + std::to_string(c.square_shift) +
              ", " + std::to_string(c.epsilon) + "};\n",
          group_norm_bytes};
}

LayerWriter::LayerWriter(const Network& network, const Program& program)
    : network_(network), program_(program), arena_(voxel_arena(program)) {}

LayerWriter::Layer LayerWriter::layer(std::size_t index) const {
  const Operation& op = network_.operations[index];
  const std::size_t n_out = index + 1 == n_layer() ? network_.outputs.size() : op.n_out;
  return {op, network_.integers->operations[index], "layer" + number(index + 1), n_out};
}

/// Of what the layer writes, in the arena. The program quantises before its first layer.
std::uint64_t LayerWriter::offset(std::size_t layer) const { return arena_.offset[program_.ops[layer + 1].out_slot]; }

/// A value as a C expression.
std::string LayerWriter::source(std::size_t value) const {
  if (value == 0) return "input";
  const bool is_u8 = network_.integers->operations[value - 1].out == Number::u8;
  return std::string(is_u8 ? "" : "(const int16_t*)(") + "slots + " + number(offset(value - 1)) + (is_u8 ? "" : ")");
}

std::string LayerWriter::destination(std::size_t layer) const {
  const Operation& op = network_.operations[layer];
  const Number out = network_.integers->operations[layer].out;
  const std::string to = out == Number::s32
                             ? "sums, number_s32"
                             : "slots + " + number(offset(layer)) + (out == Number::u8 ? ", number_u8" : ", number_s16");
  const bool relu = op.relu || op.kind == OperationKind::relu;
  return to + ", " + number(relu ? 1 : 0) + ", " + (op.add == Operation::none ? "0" : source(op.add));
}

Tables LayerWriter::tables(std::size_t index) const {
  const Layer from = layer(index);
  Tables all = from.weights();
  const auto add = [&all](const Tables& more) { all.text += more.text, all.bytes += more.bytes; };
  add(from.rules());
  if (from.integers.group_norm) add(from.group_norm());
  if (from.has_slopes()) add(from.slopes());
  return all;
}

/// name(input, what the operation has, rules, n, destination): its part of freestanding code lies in the operation's folder.
std::string LayerWriter::call(std::size_t index) const {
  const Layer from = layer(index);
  const std::string& stem = from.stem;
  std::string text = "  const struct destination " + stem + " = {" + destination(index) + "};\n";
  text += "  " + std::string(op_name(program_.ops[index + 1].kind)) + '(' + source(from.op.in) + ", ";
  if (from.integers.group_norm) text += '&' + stem + "_norm, ";
  if (from.has_slopes()) text += stem + "_slopes, ";
  text += from.is_dense() ? number(from.n_step()) + ", " + stem + "_weights, " : stem + "_factors, ";
  return text + stem + "_rules, " + number(from.n_out) + ", &" + stem + ");\n";
}

}  // namespace crbrt::codegen
