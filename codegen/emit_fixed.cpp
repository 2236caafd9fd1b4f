/// Tables of integers, as they lie in memory.
#include "codegen/emit_fixed.h"

#include "codegen/kind_names.h"
#include "codegen/literals.h"
#include "crbrt/format/layout.h"

namespace crbrt::codegen {
namespace {

constexpr std::size_t per_line = 16;

template <class T>
std::string table(const std::string& type, const std::string& name, const T* values, std::size_t n) {
  if (values == nullptr) return {};
  return "alignas(" + std::to_string(layout::arena_alignment) + ") constexpr " + type + ' ' + name + '[' + std::to_string(n) +
         "] = " + integer_table(std::span<const T>(values, n), per_line) + ";\n";
}

std::size_t n_weight(const Op& op) {
  switch (op.kind) {
    case OpKind::dense_u8: return layout::packed_size(Number::u8, op.n_in, op.n_out);
    case OpKind::dense_s16: return layout::packed_size(Number::s16, op.n_in, op.n_out);
    default: return layout::packed_diagonal_size(op.n_out);
  }
}

/// ".bias = op3_start", or nullptr for a table that is not there. Names differ from those of float tables.
std::string member(const char* name, const void* values, const std::string& table_name) {
  return std::string(".") + name + " = " + (values != nullptr ? table_name : "nullptr");
}

std::string group_norm_table(const FixedGroupNorm& c, const std::string& stem) {
  return "constexpr FixedGroupNorm " + stem + "_group_norm = {.mean_shift = " + std::to_string(c.mean_shift) +
         ", .mean_multiplier = " + std::to_string(c.mean_multiplier) + ", .square_shift = " + std::to_string(c.square_shift) +
         ", .epsilon = " + std::to_string(c.epsilon) + "};\n";
}

}  // namespace

bool is_integer(const Op& op) { return op.fixed != nullptr || op.kind == OpKind::quantize || op.kind == OpKind::dequantize; }

std::string fixed_op_tables(const Op& op, const std::string& stem) {
  if (op.fixed == nullptr)
    return "alignas(" + std::to_string(layout::arena_alignment) + ") constexpr float " + stem + "_weights[" +
           std::to_string(op.n_in) + "] = " + float_table({op.weights, op.n_in}, 8) + ";\n\n";
  const FixedTables& t = *op.fixed;
  const std::size_t n = layout::padded_outputs(op.n_out);
  std::string text =
      table("std::int8_t", stem + "_s8", t.weights_s8, n_weight(op)) +
      table("std::int16_t", stem + "_s16", t.weights_s16, n_weight(op)) + table("std::int32_t", stem + "_start", t.bias, n) +
      table("std::int32_t", stem + "_row_sum", t.row_sum, n) + table("std::int32_t", stem + "_shift", t.shift, n) +
      table("std::int16_t", stem + "_multiplier", t.multiplier, layout::tile_outputs * n);
  text += "constexpr FixedTables " + stem + "_fixed = {" + member("weights_s8", t.weights_s8, stem + "_s8") + ", " +
          member("weights_s16", t.weights_s16, stem + "_s16") + ", " + member("bias", t.bias, stem + "_start") + ",\n    " +
          member("row_sum", t.row_sum, stem + "_row_sum") + ", " + member("shift", t.shift, stem + "_shift") + ", " +
          member("multiplier", t.multiplier, stem + "_multiplier") + "};\n";
  if (op.fixed_group_norm != nullptr) text += group_norm_table(*op.fixed_group_norm, stem);
  return text + '\n';
}

std::string fixed_members(const Op& op, const std::string& stem) {
  if (!is_integer(op)) return {};
  return std::string(",\n     .out = Number::") + number_name(op.out) + ", " + member("fixed", op.fixed, '&' + stem + "_fixed") + ", " +
         member("fixed_group_norm", op.fixed_group_norm, '&' + stem + "_group_norm");
}

}  // namespace crbrt::codegen
