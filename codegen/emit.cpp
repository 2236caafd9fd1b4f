// SPDX-License-Identifier: Apache-2.0
/// The words that fill the four texts model.hpp.in, model.h.in, model.cpp.in and kernels.cpp.in.
#include "codegen/emit.h"

#include <cmath>

#include "codegen/cost_text.h"
#include "codegen/source_text.h"
#include "codegen/templates.h"
#include "crbrt/format/layout.h"

namespace crbrt::codegen {
namespace {

constexpr std::size_t floats_per_line = 8, integers_per_line = 16;

template <class Number>
std::string digits(Number value) {
  return std::to_string(value);
}

/// quantize and dequantize have no integers of their own.
bool is_integer(const Op& op) { return op.integers != nullptr || op.kind == OpKind::quantize || op.kind == OpKind::dequantize; }

std::string comment_lines(std::vector<std::string> lines) {
  for (std::string& line : lines)
    if (line.ends_with('\\')) line += '.';  // a layer's name may end so, and would draw the next line into the comment
  return prefixed("//   ", lines);
}

std::string layer_lines(const ModelInfo& info, Form form) {
  std::string text = comment_lines(info.layer_text);
  if (form == Form::integers)
    text += "// In integers (precision " + info.integers.precision + "):\n" + comment_lines(info.integers.layer_text) +
            "// What they cost:\n" + comment_lines(cost_lines(info.integers));
  return text;
}

/// A constant array; nothing where there are no values.
template <class T>
std::string table(const std::string& type, const std::string& name, const T* values, std::size_t n, std::size_t per_line) {
  if (values == nullptr) return {};
  return filled("alignas(@ALIGNMENT@) constexpr @TYPE@ @NAME@[@N@] = @VALUES@;\n",
                {{"ALIGNMENT", digits(layout::arena_alignment)},
                 {"TYPE", type},
                 {"NAME", name},
                 {"N", digits(n)},
                 {"VALUES", table_literal(std::span<const T>(values, n), per_line)}});
}

std::string float_table(const std::string& name, const float* values, std::size_t n, std::size_t per_line = floats_per_line) {
  return table("float", name, values, n, per_line);
}

/// `name`, or nullptr where what it names is not there.
std::string name_or_null(const void* values, const std::string& name) { return values != nullptr ? name : "nullptr"; }

std::size_t n_integer_weight(const Op& op) {
  switch (op.kind) {
    case OpKind::dense_u8: return layout::packed_size(Number::u8, op.n_in, op.n_out);
    case OpKind::dense_s16: return layout::packed_size(Number::s16, op.n_in, op.n_out);
    default: return layout::packed_diagonal_size(op.n_out);
  }
}

std::string group_norm_constants(const IntegerGroupNorm& c, const std::string& stem) {
  return filled(
      "constexpr IntegerGroupNorm @STEM@_group_norm = {.mean_shift = @MEAN_SHIFT@, .mean_multiplier = @MEAN_MULTIPLIER@, "
      ".square_shift = @SQUARE_SHIFT@, .epsilon = @EPSILON@};\n",
      {{"STEM", stem},
       {"MEAN_SHIFT", digits(c.mean_shift)},
       {"MEAN_MULTIPLIER", digits(c.mean_multiplier)},
       {"SQUARE_SHIFT", digits(c.square_shift)},
       {"EPSILON", digits(c.epsilon)}});
}

/// Names of integer tables differ from those of float tables.
std::string integer_tables(const Op& op, const std::string& stem) {
  const IntegerTables& t = *op.integers;
  const std::size_t n = layout::padded_outputs(op.n_out);
  const auto integers = [&](const char* type, const char* name, const auto* values, std::size_t size) {
    return table(type, stem + name, values, size, integers_per_line);
  };
  std::string text = integers("std::int8_t", "_s8", t.weights_s8, n_integer_weight(op)) +
                     integers("std::int16_t", "_s16", t.weights_s16, n_integer_weight(op)) +
                     integers("std::int32_t", "_start", t.bias, n) + integers("std::int32_t", "_row_sum", t.row_sum, n) +
                     integers("std::int32_t", "_shift", t.shift, n) +
                     integers("std::int16_t", "_multiplier", t.multiplier, layout::tile_outputs * n);
  text += filled(
      "constexpr IntegerTables @STEM@_integer = {.weights_s8 = @S8@, .weights_s16 = @S16@, .bias = @BIAS@,\n"
      "    .row_sum = @ROW_SUM@, .shift = @SHIFT@, .multiplier = @MULTIPLIER@};\n",
      {{"STEM", stem},
       {"S8", name_or_null(t.weights_s8, stem + "_s8")},
       {"S16", name_or_null(t.weights_s16, stem + "_s16")},
       {"BIAS", name_or_null(t.bias, stem + "_start")},
       {"ROW_SUM", name_or_null(t.row_sum, stem + "_row_sum")},
       {"SHIFT", name_or_null(t.shift, stem + "_shift")},
       {"MULTIPLIER", name_or_null(t.multiplier, stem + "_multiplier")}});
  return op.integer_group_norm != nullptr ? text + group_norm_constants(*op.integer_group_norm, stem) : text;
}

/// The tables that the operation has.
std::string op_tables(const Op& op, const std::string& stem) {
  std::string text = op.integers != nullptr ? integer_tables(op, stem) : std::string();
  const bool is_packed = op.kind == OpKind::dense;
  if (op.weights != nullptr)
    text += is_packed ? float_table(stem + "_weights", op.weights, layout::packed_size(op.n_in, op.n_out), layout::tile_outputs)
                      : float_table(stem + "_weights", op.weights, op.n_in);
  if (op.bias != nullptr) text += float_table(stem + "_bias", op.bias, is_packed ? layout::padded_outputs(op.n_out) : op.n_in);
  return text.empty() ? text : text + '\n';
}

/// What rows of both lists of operations begin with or end in.
Words op_words(const Op& op) {
  return {{"KIND", op_name(op.kind)}, {"N_IN", digits(op.n_in)},       {"N_OUT", digits(op.n_out)},
          {"RELU", digits(op.relu)},  {"N_GROUP", digits(op.n_group)}, {"OUT", number_name(op.out)}};
}

std::string op_row(const Op& op, const std::string& stem) {
  Words words = op_words(op);
  words["IN_SLOT"] = digits(op.in_slot);
  words["OUT_SLOT"] = digits(op.out_slot);
  words["ADD_SLOT"] = digits(op.add_slot);
  words["EPSILON"] = float_literal(op.epsilon);
  words["WEIGHTS"] = name_or_null(op.weights, stem + "_weights");
  words["BIAS"] = name_or_null(op.bias, stem + "_bias");
  words["INTEGERS"] = name_or_null(op.integers, '&' + stem + "_integer");
  words["GROUP_NORM"] = name_or_null(op.integer_group_norm, '&' + stem + "_group_norm");
  return filled(
             "    {.kind = OpKind::@KIND@, .n_in = @N_IN@, .n_out = @N_OUT@, .in_slot = @IN_SLOT@, .out_slot = @OUT_SLOT@, "
             ".add_slot = @ADD_SLOT@, .relu = @RELU@,\n"
             "     .n_group = @N_GROUP@, .epsilon = @EPSILON@, .weights = @WEIGHTS@, .bias = @BIAS@",
             words) +
         (is_integer(op)
              ? filled(",\n     .out = Number::@OUT@, .integers = @INTEGERS@, .integer_group_norm = @GROUP_NORM@", words)
              : "") +
         "},\n";
}

std::string shape_row(const Program& p, const Op& op) {
  Words words = op_words(op);
  words["IN_WORD"] = digits(words_before(p, op.in_slot));
  words["OUT_WORD"] = digits(words_before(p, op.out_slot));
  words["ADD_WORD"] = op.add_slot < 0 ? "-1" : digits(words_before(p, static_cast<std::uint32_t>(op.add_slot)));
  return filled(
      "    {.kind = OpKind::@KIND@, .n_in = @N_IN@, .n_out = @N_OUT@, .in_word = @IN_WORD@, .out_word = @OUT_WORD@,\n"
      "     .add_word = @ADD_WORD@, .relu = @RELU@, .n_group = @N_GROUP@, .out = Number::@OUT@},\n",
      words);
}

/// What an output has beside its estimate; nothing where it is not bounded.
std::string std_limits(const Output& o) {
  std::string text;
  if (o.std_minimum != 0) text += ", .std_minimum = " + float_literal(o.std_minimum);
  if (!std::isinf(o.std_maximum)) text += ", .std_maximum = " + float_literal(o.std_maximum);
  return text.empty() ? text : text.replace(1, 1, "\n     ");
}

std::string output_row(const Output& o) {
  return filled(
      "    {.name = @NAME@, .unit = @UNIT@, .offset = @OFFSET@, .scale = @SCALE@, .minimum = @MINIMUM@, .maximum = "
      "@MAXIMUM@@STD_LIMITS@},\n",
      {{"NAME", string_literal(o.name)},
       {"UNIT", string_literal(o.unit)},
       {"OFFSET", float_literal(o.offset)},
       {"SCALE", float_literal(o.scale)},
       {"MINIMUM", float_literal(o.minimum)},
       {"MAXIMUM", float_literal(o.maximum)},
       {"STD_LIMITS", std_limits(o)}});
}

std::string atypicality_row(const Atypicality& a) {
  std::string noise;
  if (a.depends_on_noise != 0) {
    noise = ", .depends_on_noise = 1,\n    .at_noise = {";
    for (const float& term : a.at_noise) noise += (&term == a.at_noise ? "" : ", ") + float_literal(term);
    noise += "}";
  }
  return "\nconstexpr Atypicality atypicality = {.threshold = " + float_literal(a.threshold) + noise + "};\n";
}

std::string detail_tables(const Program& p) {
  std::string text;
  if (const Uncertainty* u = p.uncertainty; u != nullptr)
    text += filled(
        "\nconstexpr Uncertainty uncertainty = {.log_noise_center = @CENTER@, .log_noise_min = @MIN@, .log_noise_max = "
        "@MAX@};\n",
        {{"CENTER", float_literal(u->log_noise_center)},
         {"MIN", float_literal(u->log_noise_min)},
         {"MAX", float_literal(u->log_noise_max)}});
  return p.atypicality != nullptr ? text + atypicality_row(*p.atypicality) : text;
}

/// What stands once in a file: names, sizes and choices.
Words model_words(const Model& model, const Program& p, const std::string& name, Form form) {
  const bool has_uncertainty = p.uncertainty != nullptr, has_atypicality = p.atypicality != nullptr;
  return {{"VERSION", CRBRT_VERSION_STRING},
          {"PROGRAM_VERSION", digits(program_version)},
          {"MODEL", model.info().name},
          {"SHA256", model.info().content_sha256},
          {"NAME", name},
          {"UPPER", upper(name)},
          {"LAYERS", layer_lines(model.info(), form)},
          {"NAME_LITERAL", string_literal(p.name)},
          {"SHA256_LITERAL", string_literal(p.model_sha256)},
          {"N_COEFF", digits(p.n_coeff)},
          {"N_OUTPUT", digits(p.n_output)},
          {"N_OP", digits(p.n_op)},
          {"N_SLOT", digits(p.n_slot)},
          {"MACS_PER_VOXEL", digits(p.macs_per_voxel)},
          {"ARENA_BYTES", digits(arena_bytes(p))},
          {"TILE_OUTPUTS", digits(layout::tile_outputs)},
          {"TILE_VOXELS", digits(layout::tile_voxels)},
          {"ORDER_IN_A_BLOCK", is_integer(p.ops[0]) ? " (crbrt/format/layout.h)" : ": one line is one input of a block"},
          {"PHASE_REFERENCE", digits(p.preprocessing.phase_reference)},
          {"CONJUGATE_REFERENCE", digits(p.preprocessing.conjugate_reference)},
          {"L2_NORMALIZE", digits(p.preprocessing.l2_normalize)},
          {"HAS_UNCERTAINTY", has_uncertainty ? "true" : "false"},
          {"HAS_ATYPICALITY", has_atypicality ? "true" : "false"},
          {"HAS_UNCERTAINTY_AS_NUMBER", has_uncertainty ? "1" : "0"},
          {"HAS_ATYPICALITY_AS_NUMBER", has_atypicality ? "1" : "0"},
          {"UNCERTAINTY", name_or_null(p.uncertainty, '&' + name + "_tables::uncertainty")},
          {"ATYPICALITY", name_or_null(p.atypicality, '&' + name + "_tables::atypicality")}};
}

/// Tables and lists, one entry a coefficient, slot, operation or output.
void add_tables(const Program& p, Words& words) {
  const std::size_t n_feature = 2 * std::size_t{p.n_coeff};
  words["PREPROCESSING_TABLES"] =
      float_table("mean", p.preprocessing.mean, n_feature) + float_table("inverse_std", p.preprocessing.inverse_std, n_feature);
  std::string &tables = words["OP_TABLES"], &rows = words["OP_ROWS"], &shapes = words["SHAPE_ROWS"];
  for (std::uint32_t i = 0; i < p.n_op; ++i) {
    const std::string stem = "op" + digits(i);
    tables += op_tables(p.ops[i], stem);
    rows += op_row(p.ops[i], stem);
    shapes += shape_row(p, p.ops[i]);
  }
  for (std::uint32_t i = 0; i < p.n_output; ++i) words["OUTPUT_ROWS"] += output_row(p.outputs[i]);
  for (std::uint32_t i = 0; i < p.n_slot; ++i) words["SLOT_WIDTHS"] += (i == 0 ? "" : ", ") + digits(p.slot_width[i]);
  words["DETAIL_TABLES"] = detail_tables(p);
}

}  // namespace

GeneratedFiles emit(const Model& model, const std::string& name, Form form) {
  const Program& program = form == Form::integers ? *model.integer_program() : model.program();
  Words words = model_words(model, program, name, form);
  add_tables(program, words);
  return {filled(templates::model_hpp, words), filled(templates::model_h, words), filled(templates::model_cpp, words),
          filled(templates::kernels_cpp, words)};
}

}  // namespace crbrt::codegen
