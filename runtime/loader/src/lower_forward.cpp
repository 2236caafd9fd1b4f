// SPDX-License-Identifier: Apache-2.0
/// Lowering of a forward part: the layers of a network whose tiles hold values and derivatives side by side. A bias belongs to
/// values alone, so it becomes the weight of a feature that is 1 there and 0 in derivatives.
#include <algorithm>
#include <numbers>

#include "crbrt/format/layout.h"
#include "runtime/loader/src/lower.h"
#include "runtime/loader/src/operation_kinds.h"

namespace crbrt::loader {
namespace {

constexpr const char* periodic_name = "omega0_rad_s";

/// "cos(0.0035 omega0_rad_s)"
std::string text(const ForwardPart& part, const ForwardPart::Feature& feature) {
  std::string x = feature.factor == 1 ? "" : number_text(feature.factor) + ' ';
  for (std::size_t i = 0; i < feature.inputs.size(); ++i) x += (i > 0 ? " * " : "") + part.inputs[feature.inputs[i]].name;
  switch (feature.function) {
    case ForwardFunction::identity: return x;
    case ForwardFunction::saturation: return x + " / (" + x + " + " + number_text(feature.offset) + ")";
    case ForwardFunction::cosine: return "cos(" + x + ")";
    case ForwardFunction::sine: break;
  }
  return "sin(" + x + ")";
}

void lower_features(const ForwardPart& part, ForwardStorage& storage) {
  const std::vector<float> inverse = inverse_std(part.network);
  for (std::size_t i = 0; i < part.features.size(); ++i) {
    const ForwardPart::Feature& from = part.features[i];
    ForwardFeature to{from.function,
                      static_cast<std::uint32_t>(from.inputs.size()),
                      {},
                      from.factor,
                      from.offset,
                      part.network.feature_mean[i],
                      inverse[i]};
    for (std::size_t k = 0; k < from.inputs.size(); ++k) to.inputs[k] = from.inputs[k];
    storage.features.push_back(to);
  }
}

const float* keep(ForwardStorage& storage, const std::vector<float>& numbers) {
  storage.tables.emplace_back(numbers.begin(), numbers.end());
  return storage.tables.back().data();
}

/// With the bias as the first of n_in + 1 weights.
const float* packed(const Operation& from, ForwardStorage& storage) {
  const std::size_t n_in = std::size_t{from.n_in} + 1;
  std::vector<float> table(layout::packed_size(n_in, from.n_out), 0.0f);
  for (std::size_t j = 0; j < from.n_out; ++j)
    for (std::size_t k = 0; k < n_in; ++k)
      table[layout::packed_index(n_in, from.n_out, j, k)] = k == 0 ? from.bias[j] : from.weights[j * from.n_in + k - 1];
  return keep(storage, table);
}

void lower_operations(const ForwardPart& part, ForwardStorage& storage) {
  std::uint32_t widest = 0;
  for (const Operation& op : part.network.operations) widest = std::max(widest, op.n_out);
  const float* const zeros = keep(storage, std::vector<float>(layout::padded_outputs(widest), 0.0f));
  Graph graph;
  graph.values.push_back({part.network.width(0), 0});
  for (const Operation& from : part.network.operations) {
    const bool is_dense = from.kind == OperationKind::dense;
    Op op{};
    op.kind = float_kind(from.kind);
    op.n_in = from.n_in + (is_dense ? 1 : 0);
    op.n_out = from.n_out;
    if (is_dense) {
      op.weights = packed(from, storage);
      op.bias = zeros;
      storage.program.macs_per_voxel += std::uint64_t{from.n_in} * from.n_out;
    }
    storage.ops.push_back(op);
    graph.add({from.in, from.add, false}, from.n_out);  // an activation reads the values while it writes derivatives
  }
  place(graph, storage.ops, storage.slot_width);
  for (std::uint32_t& width : storage.slot_width) width += 2;
}

void lower_table(const ForwardPart& part, ForwardStorage& storage, std::size_t n_coeff) {
  const std::size_t n_row = part.table.size() / (2 * n_coeff), n_part = padded_parts(n_coeff);
  constexpr std::size_t alignment = layout::arena_alignment / sizeof(float);
  storage.phase_table.assign(n_row * n_part + alignment, 0.0f);
  float* begin = storage.phase_table.data();
  while (reinterpret_cast<std::uintptr_t>(begin) % layout::arena_alignment != 0) ++begin;
  for (std::size_t row = 0; row < n_row; ++row)
    std::copy_n(part.table.begin() + static_cast<std::ptrdiff_t>(row * 2 * n_coeff), 2 * n_coeff, begin + row * n_part);
  storage.program.table = begin;
  storage.program.table_intervals = part.n_interval;
}

}  // namespace

void lower_forward(const ForwardPart& part, Model::Storage& storage, Checks& checks) {
  storage.forward = std::make_unique<ForwardStorage>();
  ForwardStorage& to = *storage.forward;
  to.input_text = part.inputs;
  ForwardProgram& program = to.program;
  program.periodic_input = -1;
  for (const ForwardPart::Input& input : to.input_text) {
    if (input.name == periodic_name) program.periodic_input = static_cast<std::int32_t>(to.inputs.size());
    to.inputs.push_back({input.name.c_str(), input.minimum, input.maximum});
  }
  lower_features(part, to);
  lower_operations(part, to);
  std::size_t rows = 0;
  for (const std::uint32_t width : to.slot_width) rows += width;
  checks.in_range(rows, 1, limits::slot_features, "forward.layers: features kept at one time");
  program.version = forward_program_version;
  program.name = storage.info.name.c_str();
  program.model_sha256 = storage.info.content_sha256.c_str();
  program.n_coeff = storage.info.n_coeff;
  program.n_input = static_cast<std::uint32_t>(to.inputs.size());
  program.n_feature = static_cast<std::uint32_t>(to.features.size());
  program.n_op = static_cast<std::uint32_t>(to.ops.size());
  program.n_slot = static_cast<std::uint32_t>(to.slot_width.size());
  program.inputs = to.inputs.data();
  program.features = to.features.data();
  program.ops = to.ops.data();
  program.slot_width = to.slot_width.data();
  program.period = 2 * std::numbers::pi / storage.info.tr_s;
  program.is_mirrored = part.is_mirrored ? 1 : 0;
  program.is_antiperiodic = part.is_antiperiodic ? 1 : 0;
  if (part.n_interval > 0) lower_table(part, to, storage.info.n_coeff);
  for (const ForwardPart::Feature& feature : part.features) storage.info.forward.feature_text.push_back(text(part, feature));
  storage.info.forward.layer_text = layer_texts(part.network);
}

}  // namespace crbrt::loader
