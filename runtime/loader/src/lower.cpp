// SPDX-License-Identifier: Apache-2.0
/// Lowering of a folded network in floats: packs, places values in slots, checks what folding made of the numbers.
#include "runtime/loader/src/lower.h"

#include <algorithm>

#include "crbrt/format/layout.h"
#include "runtime/loader/src/field_checks.h"
#include "runtime/loader/src/operation_kinds.h"

namespace crbrt::loader {
namespace {

class Lowering {
 public:
  Lowering(const Network& network, Model::Storage& storage, Checks& checks)
      : network_(network), storage_(storage), checks_(checks) {
    graph_.values.push_back({network.width(0), 0});
  }

  void run() {
    for (const Operation& op : network_.operations) add(op);
    place(graph_, storage_.ops, storage_.slot_width);
    std::size_t features = 0;
    for (const std::uint32_t width : storage_.slot_width) features += width;
    checks_.in_range(features, 1, limits::slot_features, "layers: features kept at one time");
    add_outputs();
    add_program();
  }

 private:
  void add(const Operation& from);
  void check_finite(const Operation& from);
  const float* packed(const Operation& from);
  void add_outputs();
  void add_program();

  /// Copies numbers into the storage and returns where they will stay.
  const float* keep(const std::vector<float>& numbers) {
    storage_.tables.emplace_back(numbers.begin(), numbers.end());
    return storage_.tables.back().data();
  }

  const Network& network_;
  Model::Storage& storage_;
  Checks& checks_;
  Graph graph_;
  std::size_t n_layer_ = 0;
};

void Lowering::check_finite(const Operation& from) {
  const std::string layer = indexed("layers", n_layer_ - 1);
  if (from.kind == OperationKind::dense) {
    checks_.all_finite(from.weights, member(layer, "weights after folding"));
    checks_.all_finite(from.bias, member(layer, "bias after folding"));
  } else if (from.kind == OperationKind::affine) {
    checks_.all_finite(from.weights, member(layer, "normalization.scale"));
    checks_.all_finite(from.bias, member(layer, "normalization.shift"));
  }
}

const float* Lowering::packed(const Operation& from) {
  std::vector<float> table(layout::packed_size(from.n_in, from.n_out), 0.0f);
  for (std::size_t j = 0; j < from.n_out; ++j)
    for (std::size_t k = 0; k < from.n_in; ++k)
      table[layout::packed_index(from.n_in, from.n_out, j, k)] = from.weights[j * from.n_in + k];
  return keep(table);
}

void Lowering::add(const Operation& from) {
  const bool is_dense = from.kind == OperationKind::dense;
  if (is_dense) ++n_layer_;
  check_finite(from);
  Op op{};
  op.kind = float_kind(from.kind);
  op.n_in = from.n_in;
  op.n_out = from.n_out;
  op.relu = from.relu ? 1 : 0;
  op.n_group = from.n_group;
  op.epsilon = from.epsilon;
  if (is_dense) {
    op.weights = packed(from);
    std::vector<float> bias = from.bias;
    bias.resize(layout::padded_outputs(from.n_out), 0.0f);
    op.bias = keep(bias);
    storage_.program.macs_per_voxel += std::uint64_t{from.n_in} * from.n_out;
  } else {
    if (!from.weights.empty()) op.weights = keep(from.weights);
    if (!from.bias.empty()) op.bias = keep(from.bias);
  }
  storage_.ops.push_back(op);
  graph_.add({from.in, from.add, !is_dense}, from.n_out);
}

void Lowering::add_outputs() {
  storage_.output_text = network_.outputs;
  for (const NetworkOutput& output : storage_.output_text)
    storage_.outputs.push_back({output.name.c_str(), output.unit.c_str(), output.offset, output.scale, output.minimum,
                                output.maximum, output.std_minimum, output.std_maximum});
  ModelInfo& info = storage_.info;
  Program& program = storage_.program;
  if (network_.uncertainty) {
    storage_.uncertainty = *network_.uncertainty;
    program.uncertainty = &storage_.uncertainty;
    info.has_uncertainty = true;
  }
  if (network_.atypicality) {
    storage_.atypicality = *network_.atypicality;
    program.atypicality = &storage_.atypicality;
    info.has_atypicality = true;
    info.atypicality_threshold = storage_.atypicality.threshold;
  }
}

void Lowering::add_program() {
  Program& program = storage_.program;
  program.version = program_version;
  program.name = storage_.info.name.c_str();
  program.model_sha256 = storage_.info.content_sha256.c_str();
  program.n_coeff = network_.n_coeff;
  program.n_output = static_cast<std::uint32_t>(storage_.outputs.size());
  program.n_op = static_cast<std::uint32_t>(storage_.ops.size());
  program.n_slot = static_cast<std::uint32_t>(storage_.slot_width.size());
  program.preprocessing = {.phase_reference = network_.phase_reference,
                           .conjugate_reference = network_.conjugate_reference,
                           .l2_normalize = network_.l2_normalize ? 1u : 0u,
                           .mean = keep(network_.feature_mean),
                           .inverse_std = keep(inverse_std(network_))};
  program.outputs = storage_.outputs.data();
  program.ops = storage_.ops.data();
  program.slot_width = storage_.slot_width.data();
}

}  // namespace

void lower(const Network& folded, Model::Storage& storage, Checks& checks) { Lowering(folded, storage, checks).run(); }

}  // namespace crbrt::loader
