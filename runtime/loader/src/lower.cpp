/// Lowering of a checked network; the rules stand in lower.h.
#include "runtime/loader/src/lower.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "crbrt/format/layout.h"
#include "runtime/loader/src/limits.h"

namespace crbrt::loading {
namespace {

/// Builds the operation list; slots are assigned once the lifetime of every value is known.
class Lowering {
 public:
  Lowering(const Network& network, Model::Storage& storage, Checks& checks)
      : network_(network), storage_(storage), checks_(checks), is_skip_source_(network.layers.size(), false) {
    for (const Layer& layer : network.layers)
      if (layer.skip_from != Layer::no_skip) is_skip_source_[layer.skip_from] = true;
    graph_.values.push_back({2 * network.n_coeff, 0});
  }

  Graph run() {
    std::size_t in = 0;
    for (std::size_t i = 0; i < network_.layers.size(); ++i) {
      in = add_layer(i, in);
      graph_.layer_of_op.resize(graph_.operands.size(), i);
    }
    finish();
    return std::move(graph_);
  }

 private:
  std::size_t add_layer(std::size_t index, std::size_t in);
  std::size_t add_dense(std::size_t index, std::size_t in, bool fold, bool relu);
  std::size_t add_elementwise(const Op& op, std::size_t in);
  void describe(std::size_t index, bool folded);
  void finish();
  void add_details();

  /// Copies numbers into the storage and returns where they will stay.
  const float* keep(std::vector<float> numbers) {
    storage_.tables.push_back(std::move(numbers));
    return storage_.tables.back().data();
  }
  const float* keep(std::span<const float> numbers) { return keep(std::vector<float>(numbers.begin(), numbers.end())); }

  const Network& network_;
  Model::Storage& storage_;
  Checks& checks_;
  std::vector<bool> is_skip_source_;
  Graph graph_;
  std::vector<std::size_t> pre_value_;  ///< per layer: its pre-normalisation value
};

/// Batch normalisation as factor and shift of the pre-normalisation value, in double.
struct ScaleShift {
  double scale = 1, shift = 0;
};

ScaleShift batch_norm(const Layer& layer, std::size_t j) {
  const double scale = layer.gamma[j] / std::sqrt(double{layer.variance[j]} + layer.epsilon);
  return {scale, layer.beta[j] - scale * layer.mean[j]};
}

std::size_t Lowering::add_layer(std::size_t index, std::size_t in) {
  const Layer& layer = network_.layers[index];
  const bool is_source = is_skip_source_[index];
  const bool fold = layer.normalization == Normalization::batch && !is_source && layer.skip_from == Layer::no_skip;
  const bool normalization_follows = layer.normalization != Normalization::none && !fold;
  const bool dense_is_last = !normalization_follows && !(is_source && layer.relu);
  describe(index, fold);
  const std::size_t pre = add_dense(index, in, fold, dense_is_last && layer.relu);
  pre_value_.push_back(pre);
  if (dense_is_last) return pre;

  Op op{};
  op.n_in = op.n_out = layer.n_out;
  op.add_slot = -1;
  op.relu = layer.relu ? 1 : 0;
  if (layer.normalization == Normalization::group) {
    op.kind = OpKind::group_norm;
    op.n_group = layer.n_group;
    op.epsilon = layer.epsilon;
    op.weights = keep(layer.gamma);
    op.bias = keep(layer.beta);
  } else if (layer.normalization == Normalization::batch) {
    std::vector<float> scale(layer.n_out), shift(layer.n_out);
    for (std::size_t j = 0; j < layer.n_out; ++j) {
      const ScaleShift norm = batch_norm(layer, j);
      scale[j] = static_cast<float>(norm.scale);
      shift[j] = static_cast<float>(norm.shift);
    }
    const std::string field = member(indexed("layers", index), "normalization");
    checks_.all_finite(scale, member(field, "scale"));
    checks_.all_finite(shift, member(field, "shift"));
    op.kind = OpKind::affine;
    op.weights = keep(std::move(scale));
    op.bias = keep(std::move(shift));
  } else {
    op.kind = OpKind::relu;
    op.relu = 0;
  }
  return add_elementwise(op, pre);
}

std::size_t Lowering::add_dense(std::size_t index, std::size_t in, bool fold, bool relu) {
  const Layer& layer = network_.layers[index];
  std::vector<float> weights(layout::packed_size(layer.n_in, layer.n_out), 0.0f);
  std::vector<float> bias(layout::padded_outputs(layer.n_out), 0.0f);
  for (std::size_t j = 0; j < layer.n_out; ++j) {
    const ScaleShift norm = fold ? batch_norm(layer, j) : ScaleShift{};
    bias[j] = static_cast<float>(layer.bias[j] * norm.scale + norm.shift);
    for (std::size_t k = 0; k < layer.n_in; ++k)
      weights[layout::packed_index(layer.n_in, j, k)] = static_cast<float>(layer.weights[j * layer.n_in + k] * norm.scale);
  }
  checks_.all_finite(weights, member(indexed("layers", index), "weights after folding"));
  checks_.all_finite(bias, member(indexed("layers", index), "bias after folding"));

  Operands operands{in, graph_.values.size()};
  if (layer.skip_from != Layer::no_skip) operands.add = pre_value_[layer.skip_from];
  const std::size_t position = graph_.operands.size();
  graph_.values[in].last_read = position;
  if (operands.add != Operands::none) graph_.values[operands.add].last_read = position;
  graph_.values.push_back({layer.n_out, position});
  graph_.operands.push_back(operands);
  Op op{};
  op.kind = OpKind::dense;
  op.n_in = layer.n_in;
  op.n_out = layer.n_out;
  op.add_slot = -1;
  op.relu = relu ? 1 : 0;
  op.weights = keep(std::move(weights));
  op.bias = keep(std::move(bias));
  storage_.ops.push_back(op);
  storage_.program.macs_per_voxel += std::uint64_t{layer.n_in} * layer.n_out;
  return operands.out;
}

std::size_t Lowering::add_elementwise(const Op& op, std::size_t in) {
  const std::size_t position = graph_.operands.size();
  graph_.values[in].last_read = position;
  const std::size_t out = graph_.values.size();
  graph_.values.push_back({op.n_out, position});
  graph_.operands.push_back({in, out, Operands::none, true});
  storage_.ops.push_back(op);
  return out;
}

void Lowering::describe(std::size_t index, bool folded) {
  const Layer& layer = network_.layers[index];
  std::string text = layer.name + ": dense " + std::to_string(layer.n_in) + " -> " + std::to_string(layer.n_out);
  if (layer.skip_from != Layer::no_skip) text += ", + " + network_.layers[layer.skip_from].name;
  if (layer.normalization == Normalization::batch) text += folded ? ", batch norm (folded)" : ", batch norm";
  if (layer.normalization == Normalization::group) text += ", group norm in " + std::to_string(layer.n_group);
  if (layer.relu) text += ", relu";
  storage_.info.layer_text.push_back(std::move(text));
}

void Lowering::add_details() {
  if (network_.uncertainty) {
    storage_.uncertainty = *network_.uncertainty;
    storage_.program.uncertainty = &storage_.uncertainty;
    storage_.info.has_uncertainty = true;
  }
  if (network_.atypicality) {
    storage_.atypicality = *network_.atypicality;
    storage_.program.atypicality = &storage_.atypicality;
    storage_.info.has_atypicality = true;
    storage_.info.atypicality_threshold = storage_.atypicality.threshold;
  }
}

void Lowering::finish() {
  SlotPlan plan = plan_slots(graph_.values, graph_.operands);
  std::size_t features = 0;
  for (const std::uint32_t width : plan.slot_width) features += width;
  checks_.in_range(features, 1, limits::slot_features, "layers: features kept at one time");
  for (std::size_t i = 0; i < graph_.operands.size(); ++i) {
    Op& op = storage_.ops[i];
    op.in_slot = static_cast<std::uint32_t>(plan.slot_of_value[graph_.operands[i].in]);
    op.out_slot = static_cast<std::uint32_t>(plan.slot_of_value[graph_.operands[i].out]);
    if (graph_.operands[i].add != Operands::none)
      op.add_slot = static_cast<std::int32_t>(plan.slot_of_value[graph_.operands[i].add]);
  }
  storage_.slot_width = std::move(plan.slot_width);

  std::vector<float> inverse_std(network_.std.size());
  std::transform(network_.std.begin(), network_.std.end(), inverse_std.begin(), [](float std) { return 1.0f / std; });
  storage_.output_text = network_.outputs;
  for (const OutputSpec& output : storage_.output_text)
    storage_.outputs.push_back(
        {output.name.c_str(), output.unit.c_str(), output.offset, output.scale, output.minimum, output.maximum});
  Program& program = storage_.program;
  program.version = program_version;
  program.name = storage_.info.name.c_str();
  program.model_sha256 = storage_.info.content_sha256.c_str();
  program.n_coeff = network_.n_coeff;
  program.n_output = static_cast<std::uint32_t>(storage_.outputs.size());
  program.n_op = static_cast<std::uint32_t>(storage_.ops.size());
  program.n_slot = static_cast<std::uint32_t>(storage_.slot_width.size());
  program.preprocessing = {network_.phase_reference, network_.l2_normalize ? 1u : 0u, keep(network_.mean),
                           keep(std::move(inverse_std))};
  program.outputs = storage_.outputs.data();
  program.ops = storage_.ops.data();
  program.slot_width = storage_.slot_width.data();
  add_details();
}

}  // namespace

Graph lower(const Network& network, Model::Storage& storage, Checks& checks) {
  return Lowering(network, storage, checks).run();
}

}  // namespace crbrt::loading
