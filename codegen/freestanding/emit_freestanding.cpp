// SPDX-License-Identifier: Apache-2.0
/// The words that fill header.h.in, source.c.in and voxel.c.in; the other texts of this folder are taken as they are.
#include "codegen/freestanding/emit_freestanding.h"

#include <algorithm>

#include "codegen/cost_text.h"
#include "codegen/source_text.h"
#include "codegen/templates.h"

namespace crbrt::codegen {
namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

/// For a comment of C: names of layers and units are free text.
std::string comment_text(std::string text) { return replaced(replaced(std::move(text), "*/", "* /"), "/*", "/ *"); }

std::string comment_lines(const std::string& title, std::vector<std::string> lines) {
  for (std::string& line : lines) line = comment_text(std::move(line));
  return " * " + title + '\n' + prefixed(" *   ", lines);
}

std::string output_list(const Program& p) {
  std::string text;
  for (std::uint32_t j = 0; j < p.n_output; ++j)
    text += "/* " + number(j) + ": " + p.outputs[j].name + ", unit " + comment_text(p.outputs[j].unit) + " */\n";
  return text;
}

std::string output_rows(const Program& p) {
  const Op& dequantize = p.ops[p.n_op - 1];
  std::string text;
  for (std::uint32_t j = 0; j < p.n_output; ++j) {
    const Output& o = p.outputs[j];
    text += filled("    {@SUM_SCALE@, @SCALE@, @OFFSET@, @MINIMUM@, @MAXIMUM@}, /* @NAME@ */\n",
                   {{"SUM_SCALE", float_literal(dequantize.weights[j])},
                    {"SCALE", float_literal(o.scale)},
                    {"OFFSET", float_literal(o.offset)},
                    {"MINIMUM", float_literal(o.minimum)},
                    {"MAXIMUM", float_literal(o.maximum)},
                    {"NAME", o.name}});
  }
  return text;
}

std::string float_constants(const std::string& name, const float* values, std::size_t n) {
  return "static const float " + name + '[' + number(n) + "] = " + table_literal(std::span(values, n), 8) + ";\n";
}

std::string preprocessing_tables(const Program& p) {
  const std::size_t n = 2 * std::size_t{p.n_coeff};
  return float_constants("feature_mean", p.preprocessing.mean, n) +
         float_constants("feature_inverse_std", p.preprocessing.inverse_std, n) +
         float_constants("feature_scale", p.ops[0].weights, n);
}

/// The algorithms of the operations that occur, in the order of ops.inc; what does not occur would be an unused function.
std::string algorithms(const Program& p) {
  std::string text(templates::freestanding_arithmetic_c);
  for (const OpFacts& row : op_list)
    for (const templates::FreestandingPart& part : templates::freestanding_parts)
      if (part.name == row.name &&
          std::any_of(p.ops, p.ops + p.n_op, [&](const Op& op) { return op_name(op.kind) == part.name; }))
        (text += '\n') += part.text;
  return text;
}

/// Tables of the layers and the calls that use them, in order, and what the tables take.
struct Layers {
  std::string tables, calls;
  std::uint64_t bytes = 0;
};

Layers layers_of(const Model& model, const LayerWriter& writer) {
  Layers layers;
  for (std::size_t i = 0; i < writer.n_layer(); ++i) {
    const std::string comment = "/* " + comment_text(model.info().integers.layer_text[i]) + " */\n";
    const Tables tables = writer.tables(i);
    layers.tables += '\n' + comment + tables.text;
    layers.calls += "  " + comment + writer.call(i);
    layers.bytes += tables.bytes;
  }
  return layers;
}

}  // namespace

FreestandingFiles emit_freestanding(const Model& model, const Network& network, const std::string& name) {
  const Program& p = *model.integer_program();
  const IntegerInfo& integers = model.info().integers;
  const Network executed = folded(network);
  const LayerWriter writer(executed, p);
  const VoxelArena& arena = writer.arena();
  const Layers layers = layers_of(model, writer);
  const std::uint64_t table_bytes = layers.bytes + sizeof(float) * (6 * p.n_coeff + 5 * p.n_output);  // preprocessing, outputs
  Words words = {{"VERSION", CRBRT_VERSION_STRING},
                 {"MODEL", model.info().name},
                 {"PRECISION", integers.precision},
                 {"SHA256", model.info().content_sha256},
                 {"NAME", name},
                 {"UPPER", upper(name)},
                 {"LAYERS", comment_lines("Layers:", integers.layer_text) +
                                comment_lines("What the integers cost:", cost_lines(integers))},
                 {"N_COEFF", number(p.n_coeff)},
                 {"N_OUTPUT", number(p.n_output)},
                 {"ARENA_BYTES", number(arena.bytes)},
                 {"TABLE_BYTES", number(table_bytes)},
                 {"OUTPUT_LIST", output_list(p)},
                 {"ALGORITHMS", algorithms(p)},
                 {"LAYER_TABLES", layers.tables},
                 {"LAYER_CALLS", layers.calls},
                 {"L2_NORMALIZE", number(p.preprocessing.l2_normalize)},
                 {"PHASE_REFERENCE", std::to_string(p.preprocessing.phase_reference)},
                 {"CONJUGATE_REFERENCE", std::to_string(p.preprocessing.conjugate_reference)},
                 {"INPUT_OFFSET", number(arena.offset[p.ops[0].out_slot])},
                 {"PREPROCESSING_TABLES", preprocessing_tables(p)},
                 {"OUTPUT_ROWS", output_rows(p)},
                 {"SQUARE_ROOT", std::string(templates::freestanding_square_root_c)}};
  words["VOXEL"] = filled(templates::freestanding_voxel_c, words);
  return {filled(templates::freestanding_header_h, words), filled(templates::freestanding_source_c, words), table_bytes,
          arena.bytes};
}

std::string size_table(const FreestandingFiles& files) {
  return "| for one voxel | bytes |\n| --- | --- |\n| tables (flash) | " + number(files.table_bytes) + " |\n| arena (RAM) | " +
         number(files.arena_bytes) + " |\n";
}

}  // namespace crbrt::codegen
