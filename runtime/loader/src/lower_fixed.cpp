/// Packs the tables of every integer operation and gives slots to their words.
#include "runtime/loader/src/lower_fixed.h"

#include "runtime/loader/src/check_fixed.h"

namespace crbrt::loading {
namespace {

template <class T>
const T* keep(std::vector<std::vector<T>>& tables, std::vector<T> numbers) {
  tables.push_back(std::move(numbers));
  return tables.back().data();
}

/// Numbers of a table, then zeros for the missing outputs.
template <class From>
std::vector<std::int32_t> padded(std::span<const From> numbers) {
  std::vector<std::int32_t> table(numbers.begin(), numbers.end());
  table.resize(layout::padded_outputs(table.size()), 0);
  return table;
}

template <class T>
std::vector<T> packed(std::span<const T> weights, const Op& op, Number in) {
  std::vector<T> table(layout::packed_size(in, op.n_in, op.n_out), 0);
  for (std::size_t j = 0; j < op.n_out; ++j)
    for (std::size_t k = 0; k < op.n_in; ++k) table[layout::packed_index(in, op.n_in, j, k)] = weights[j * op.n_in + k];
  return table;
}

std::vector<std::int16_t> packed_diagonal(std::span<const std::int16_t> weights) {
  std::vector<std::int16_t> table(layout::packed_diagonal_size(weights.size()), 0);
  for (std::size_t j = 0; j < weights.size(); ++j) table[layout::packed_diagonal_index(j)] = weights[j];
  return table;
}

std::vector<std::int32_t> row_sums(std::span<const std::int8_t> weights, const Op& op) {
  std::vector<std::int32_t> sums(layout::padded_outputs(op.n_out), 0);
  for (std::size_t j = 0; j < op.n_out; ++j)
    for (std::size_t k = 0; k < op.n_in; ++k) sums[j] += weights[j * op.n_in + k];
  return sums;
}

/// Each output's multiplier four times.
std::vector<std::int16_t> spread(std::span<const std::int16_t> multiplier) {
  std::vector<std::int16_t> table(4 * layout::padded_outputs(multiplier.size()), 0);
  for (std::size_t i = 0; i < 4 * multiplier.size(); ++i) table[i] = multiplier[i / 4];
  return table;
}

OpKind fixed_kind(OpKind kind, Number in) noexcept {
  switch (kind) {
    case OpKind::dense: return in == Number::u8 ? OpKind::dense_u8 : OpKind::dense_s16;
    case OpKind::group_norm: return OpKind::group_norm_s16;
    default: return OpKind::affine_s16;  // a ReLU of its own is an affine of factors that only rescale
  }
}

class FixedLowering {
 public:
  FixedLowering(const Network& network, const Graph& graph, Model::Storage& storage, Checks& checks)
      : network_(network),
        graph_(graph),
        storage_(storage),
        checks_(checks),
        to_(*(storage.fixed = std::make_unique<FixedStorage>())) {}

  void run() {
    const FixedSpec& spec = *network_.fixed;
    checks_.size_is(spec.input_scale.size(), 2 * std::size_t{network_.n_coeff}, "fixed.input_scale");
    checks_.size_is(spec.output_scale.size(), storage_.ops.back().n_out, "fixed.output_scale");
    checks_.size_is(spec.ops.size(), storage_.ops.size(), "fixed.ops");
    if (!checks_.ok()) return;
    to_.tables.reserve(storage_.ops.size());  // operations point at them
    to_.group_norms.reserve(storage_.ops.size());
    add_quantize();
    for (std::size_t i = 0; i < storage_.ops.size() && checks_.ok(); ++i) add_op(i);
    if (!checks_.ok()) return;
    add_dequantize();
    finish();
  }

 private:
  void add_quantize();
  void add_op(std::size_t index);
  void add_dequantize();
  void finish();
  void write(const Op& op, std::size_t in, std::size_t add);
  void describe(std::size_t index, Number in);

  const Network& network_;
  const Graph& graph_;
  Model::Storage& storage_;
  Checks& checks_;
  FixedStorage& to_;
  std::vector<Number> number_;  ///< of each value: those of graph_ shifted by one, because quantize comes first
  std::vector<Value> values_;   ///< widths in words
  std::vector<Operands> operands_;
};

/// The next operation writes the next value.
void FixedLowering::write(const Op& op, std::size_t in, std::size_t add) {
  const std::size_t position = operands_.size();
  const auto words = static_cast<std::uint32_t>(layout::row_words(op.out, op.n_out));
  values_[in].last_read = position;
  if (add != Operands::none) values_[add].last_read = position;
  const bool is_dense = op.kind == OpKind::dense_s16 || op.kind == OpKind::dense_u8;
  operands_.push_back({in, values_.size(), add, !is_dense && words == values_[in].width});
  values_.push_back({words, position});
  number_.push_back(op.out);
  to_.ops.push_back(op);
}

void FixedLowering::add_quantize() {
  const std::uint32_t n = 2 * network_.n_coeff;
  to_.input_scale.assign(network_.fixed->input_scale.begin(), network_.fixed->input_scale.end());
  number_.push_back(Number::f32);
  values_.push_back({n, 0});
  Op op{};
  op.kind = OpKind::quantize;
  op.n_in = op.n_out = n;
  op.add_slot = -1;
  op.weights = to_.input_scale.data();
  op.out = Number::s16;
  write(op, 0, Operands::none);
}

void FixedLowering::add_op(std::size_t index) {
  const FixedOpSpec& spec = network_.fixed->ops[index];
  const Op& from = storage_.ops[index];
  const std::size_t in = graph_.operands[index].in + 1;
  const std::size_t add = graph_.operands[index].add == Operands::none ? Operands::none : graph_.operands[index].add + 1;
  const bool is_last = index + 1 == storage_.ops.size();
  const Number add_number = add == Operands::none ? Number::f32 : number_[add];
  check_fixed_op(spec, {from, number_[in], add_number, is_last}, indexed("fixed.ops", index), checks_);
  if (!checks_.ok()) return;

  FixedTables tables{};
  if (from.kind != OpKind::dense)
    tables.weights_s16 = keep(to_.s16, packed_diagonal(spec.weights_s16));
  else if (number_[in] == Number::u8)
    tables.weights_s8 = keep(to_.s8, packed(spec.weights_s8, from, Number::u8));
  else
    tables.weights_s16 = keep(to_.s16, packed(spec.weights_s16, from, Number::s16));
  if (tables.weights_s8 != nullptr) tables.row_sum = keep(to_.s32, row_sums(spec.weights_s8, from));
  tables.bias = keep(to_.s32, padded(spec.bias));
  if (!is_last) {
    tables.shift = keep(to_.s32, padded(spec.shift));
    tables.multiplier = keep(to_.s16, spread(spec.multiplier));
  }
  to_.tables.push_back(tables);

  Op op{};
  op.kind = fixed_kind(from.kind, number_[in]);
  op.n_in = from.n_in;
  op.n_out = from.n_out;
  op.add_slot = -1;
  op.relu = from.kind == OpKind::relu ? 1 : from.relu;
  op.n_group = from.n_group;
  op.out = spec.out;
  op.fixed = &to_.tables.back();
  if (spec.group_norm) {
    to_.group_norms.push_back(*spec.group_norm);
    op.fixed_group_norm = &to_.group_norms.back();
  }
  describe(index, number_[in]);
  write(op, in, add);
}

void FixedLowering::add_dequantize() {
  to_.output_scale.assign(network_.fixed->output_scale.begin(), network_.fixed->output_scale.end());
  Op op{};
  op.kind = OpKind::dequantize;
  op.n_in = op.n_out = storage_.ops.back().n_out;
  op.add_slot = -1;
  op.weights = to_.output_scale.data();
  write(op, values_.size() - 1, Operands::none);
}

void FixedLowering::describe(std::size_t index, Number in) {
  const Op& from = storage_.ops[index];
  const bool is_dense = from.kind == OpKind::dense;
  std::string text = network_.layers[graph_.layer_of_op[index]].name;
  text += is_dense ? ": dense " : from.kind == OpKind::group_norm ? ": group norm " : ": affine ";
  text += std::string(number_name(in)) + " -> " + number_name(network_.fixed->ops[index].out);
  if (is_dense) text += in == Number::u8 ? ", weights s8" : ", weights s16";
  storage_.info.fixed.layer_text.push_back(std::move(text));
}

void FixedLowering::finish() {
  SlotPlan plan = plan_slots(values_, operands_);
  for (std::size_t i = 0; i < operands_.size(); ++i) {
    Op& op = to_.ops[i];
    op.in_slot = static_cast<std::uint32_t>(plan.slot_of_value[operands_[i].in]);
    op.out_slot = static_cast<std::uint32_t>(plan.slot_of_value[operands_[i].out]);
    if (operands_[i].add != Operands::none) op.add_slot = static_cast<std::int32_t>(plan.slot_of_value[operands_[i].add]);
  }
  to_.slot_width = std::move(plan.slot_width);
  to_.program = storage_.program;
  to_.program.ops = to_.ops.data();
  to_.program.n_op = static_cast<std::uint32_t>(to_.ops.size());
  to_.program.slot_width = to_.slot_width.data();
  to_.program.n_slot = static_cast<std::uint32_t>(to_.slot_width.size());
}

}  // namespace

void lower_fixed(const Network& network, const Graph& graph, Model::Storage& storage, Checks& checks) {
  FixedLowering(network, graph, storage, checks).run();
}

}  // namespace crbrt::loading
