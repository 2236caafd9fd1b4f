// SPDX-License-Identifier: Apache-2.0
/// Packs the tables of every integer operation and gives slots to their words.
#include "runtime/loader/src/lower.h"
#include "runtime/loader/src/operation_kinds.h"

namespace crbrt::loader {
namespace {

template <class T>
const T* keep(std::vector<Table<T>>& tables, const std::vector<T>& numbers) {
  tables.emplace_back(numbers.begin(), numbers.end());
  return tables.back().data();
}

/// Numbers of a table, then zeros for the missing outputs.
template <class From>
std::vector<std::int32_t> padded(const std::vector<From>& numbers) {
  std::vector<std::int32_t> table(numbers.begin(), numbers.end());
  table.resize(layout::padded_outputs(table.size()), 0);
  return table;
}

template <class T>
std::vector<T> packed(const std::vector<T>& weights, const Op& op, Number in) {
  std::vector<T> table(layout::packed_size(in, op.n_in, op.n_out), 0);
  for (std::size_t j = 0; j < op.n_out; ++j)
    for (std::size_t k = 0; k < op.n_in; ++k) table[layout::packed_index(in, op.n_in, j, k)] = weights[j * op.n_in + k];
  return table;
}

std::vector<std::int16_t> packed_diagonal(const std::vector<std::int16_t>& weights) {
  std::vector<std::int16_t> table(layout::packed_diagonal_size(weights.size()), 0);
  for (std::size_t j = 0; j < weights.size(); ++j) table[layout::packed_diagonal_index(j)] = weights[j];
  return table;
}

std::vector<std::int32_t> row_sums(const std::vector<std::int8_t>& weights, const Op& op) {
  std::vector<std::int32_t> sums(layout::padded_outputs(op.n_out), 0);
  for (std::size_t j = 0; j < op.n_out; ++j)
    for (std::size_t k = 0; k < op.n_in; ++k) sums[j] += weights[j * op.n_in + k];
  return sums;
}

/// Each output's multiplier four times.
std::vector<std::int16_t> spread(const std::vector<std::int16_t>& multiplier) {
  std::vector<std::int16_t> table(4 * layout::padded_outputs(multiplier.size()), 0);
  for (std::size_t i = 0; i < 4 * multiplier.size(); ++i) table[i] = multiplier[i / 4];
  return table;
}

class IntegerLowering {
 public:
  IntegerLowering(const Network& network, Model::Storage& storage, Checks& checks)
      : network_(network),
        form_(*network.integers),
        storage_(storage),
        checks_(checks),
        to_(*(storage.integers = std::make_unique<IntegerStorage>())) {}

  void run() {
    checks_.size_is(form_.input_scale.size(), 2 * std::size_t{network_.n_coeff}, "integers.input_scale");
    checks_.size_is(form_.output_scale.size(), storage_.ops.back().n_out, "integers.output_scale");
    checks_.size_is(form_.operations.size(), storage_.ops.size(), "integers.ops");
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
  const IntegerTables* tables_of(std::size_t index, Number in);
  void write(const Op& op, std::size_t in, std::size_t add);
  void describe(std::size_t index, Number in);

  const Network& network_;
  const IntegerForm& form_;
  Model::Storage& storage_;
  Checks& checks_;
  IntegerStorage& to_;
  std::vector<Number> number_;  ///< of each value: those of the network shifted by one, because quantize comes first
  Graph graph_;                 ///< widths in words
};

/// The next operation writes the next value.
void IntegerLowering::write(const Op& op, std::size_t in, std::size_t add) {
  const auto words = static_cast<std::uint32_t>(layout::row_words(op.out, op.n_out));
  graph_.add({in, add, !is_dense(op.kind) && words == graph_.values[in].width}, words);
  number_.push_back(op.out);
  to_.ops.push_back(op);
}

void IntegerLowering::add_quantize() {
  const std::uint32_t n = 2 * network_.n_coeff;
  to_.input_scale = form_.input_scale;
  number_.push_back(Number::f32);
  graph_.values.push_back({n, 0});
  Op op{};
  op.kind = OpKind::quantize;
  op.n_in = op.n_out = n;
  op.weights = to_.input_scale.data();
  op.out = Number::s16;
  write(op, 0, Operation::none);
}

const IntegerTables* IntegerLowering::tables_of(std::size_t index, Number in) {
  const IntegerOperation& from = form_.operations[index];
  const Op& op = storage_.ops[index];
  IntegerTables tables{};
  if (op.kind != OpKind::dense)
    tables.weights_s16 = keep(to_.s16, packed_diagonal(from.weights_s16));
  else if (in == Number::u8)
    tables.weights_s8 = keep(to_.s8, packed(from.weights_s8, op, Number::u8));
  else
    tables.weights_s16 = keep(to_.s16, packed(from.weights_s16, op, Number::s16));
  if (tables.weights_s8 != nullptr) tables.row_sum = keep(to_.s32, row_sums(from.weights_s8, op));
  tables.bias = keep(to_.s32, padded(from.bias));
  if (!from.shift.empty()) {
    tables.shift = keep(to_.s32, padded(from.shift));
    tables.multiplier = keep(to_.s16, spread(from.multiplier));
  }
  return &to_.tables.emplace_back(tables);
}

void IntegerLowering::add_op(std::size_t index) {
  const IntegerOperation& integers = form_.operations[index];
  const Op& from = storage_.ops[index];
  const Operation& source = network_.operations[index];
  const std::size_t in = source.in + 1, add = source.add == Operation::none ? Operation::none : source.add + 1;
  const bool is_last = index + 1 == storage_.ops.size();
  const Number add_number = add == Operation::none ? Number::f32 : number_[add];
  check_integer_op(integers, {source, number_[in], add_number, is_last}, indexed("integers.ops", index), checks_);
  if (!checks_.ok()) return;
  Op op{};
  op.kind = integer_kind(source.kind, number_[in]);
  op.n_in = from.n_in;
  op.n_out = from.n_out;
  op.relu = from.kind == OpKind::relu ? 1 : from.relu;
  if (is_activation(source.kind) && !source.weights.empty()) op.weights = keep(storage_.tables, integer_weights(source));
  op.n_group = from.n_group;
  op.out = integers.out;
  op.integers = tables_of(index, number_[in]);
  if (integers.group_norm) op.integer_group_norm = &to_.group_norms.emplace_back(*integers.group_norm);
  describe(index, number_[in]);
  write(op, in, add);
}

void IntegerLowering::add_dequantize() {
  to_.output_scale = form_.output_scale;
  Op op{};
  op.kind = OpKind::dequantize;
  op.n_in = op.n_out = storage_.ops.back().n_out;
  op.weights = to_.output_scale.data();
  write(op, graph_.values.size() - 1, Operation::none);
}

void IntegerLowering::describe(std::size_t index, Number in) {
  const Op& from = storage_.ops[index];
  const bool is_dense = from.kind == OpKind::dense;
  std::string text = network_.operations[index].layer;
  text += is_dense ? ": dense " : from.kind == OpKind::group_norm ? ": group norm " : ": affine ";
  text += std::string(number_name(in)) + " -> " + number_name(form_.operations[index].out);
  if (is_dense) text += in == Number::u8 ? ", weights s8" : ", weights s16";
  storage_.info.integers.layer_text.push_back(std::move(text));
}

void IntegerLowering::finish() {
  place(graph_, to_.ops, to_.slot_width);
  to_.program = storage_.program;
  to_.program.ops = to_.ops.data();
  to_.program.n_op = static_cast<std::uint32_t>(to_.ops.size());
  to_.program.slot_width = to_.slot_width.data();
  to_.program.n_slot = static_cast<std::uint32_t>(to_.slot_width.size());
}

}  // namespace

void lower_integer(const Network& folded, Model::Storage& storage, Checks& checks) {
  IntegerLowering(folded, storage, checks).run();
}

}  // namespace crbrt::loader
