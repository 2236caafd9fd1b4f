// SPDX-License-Identifier: Apache-2.0
/// Lowering: from a folded network to a Program with packed weights and slots. One lowering serves the interpreter and the code
/// generator, so both do the same arithmetic. Nothing else packs, and nothing unpacks. Model::Storage is what it fills: what a
/// Model owns, the program and everything its pointers point at.
#pragma once

#include <memory>
#include <new>
#include <string>
#include <vector>

#include "crbrt/network.hpp"
#include "runtime/loader/src/field_checks.h"

namespace crbrt {

/// Memory that starts at a multiple of layout::arena_alignment, as that of generated tables does: kernels load vectors of
/// weights, and one that lies across two lines of a cache is loaded twice.
template <class T>
struct AlignedAllocator {
  using value_type = T;
  static constexpr std::align_val_t alignment{layout::arena_alignment};

  AlignedAllocator() = default;
  template <class From>
  explicit AlignedAllocator(const AlignedAllocator<From>&) noexcept {}

  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), alignment)); }
  void deallocate(T* p, std::size_t) noexcept { ::operator delete(p, alignment); }
  bool operator==(const AlignedAllocator&) const = default;
};

template <class T>
using Table = std::vector<T, AlignedAllocator<T>>;

/// The integer program and its tables. Vectors of vectors: a table stays where it is while more are added.
struct IntegerStorage {
  Program program{};
  std::vector<Op> ops;
  std::vector<std::uint32_t> slot_width;
  std::vector<IntegerTables> tables;          ///< one per operation between quantize and dequantize
  std::vector<IntegerGroupNorm> group_norms;  ///< likewise; used by some
  std::vector<Table<std::int8_t>> s8;
  std::vector<Table<std::int16_t>> s16;
  std::vector<Table<std::int32_t>> s32;
  std::vector<float> input_scale, output_scale;
};

/// The forward program and its tables.
struct ForwardStorage {
  ForwardProgram program{};
  std::vector<ForwardPart::Input> input_text;  ///< owns the characters of names
  std::vector<ForwardInput> inputs;
  std::vector<ForwardFeature> features;
  std::vector<Op> ops;
  std::vector<std::uint32_t> slot_width;
  std::vector<Table<float>> tables;  ///< packed weights, and zeros in place of their biases
  std::vector<float> phase_table;    ///< with room to begin at a multiple of layout::arena_alignment
};

struct Model::Storage {
  Program program{};
  ModelInfo info;
  std::vector<NetworkOutput> output_text;  ///< owns the characters of names and units
  std::vector<Output> outputs;
  Uncertainty uncertainty{};
  Atypicality atypicality{};
  std::vector<Op> ops;
  std::vector<std::uint32_t> slot_width;
  std::vector<Table<float>> tables;          ///< packed weights and everything else ops point at
  std::unique_ptr<IntegerStorage> integers;  ///< null: no integer form
  std::unique_ptr<ForwardStorage> forward;   ///< null: no forward part
};

}  // namespace crbrt

namespace crbrt::loader {

/// One line a layer, for people. The network is as its file has it.
std::vector<std::string> layer_texts(const Network& network);

/// A value that flows between operations, before it has a slot: written once, last read by operation `last_read`.
struct Value {
  std::uint32_t width = 0;
  std::size_t last_read = 0;
};

/// Operands of one operation as indices of values; operation i writes value i + 1.
struct Operands {
  std::size_t in = 0;
  std::size_t add = Operation::none;
  bool may_work_in_place = false;
};

/// Who reads and writes what, in the order of the operations.
struct Graph {
  std::vector<Value> values;  ///< value 0: the input
  std::vector<Operands> operands;

  /// The next operation, which writes the next value.
  void add(const Operands& of_op, std::uint32_t width);
};

struct SlotPlan {
  std::vector<std::size_t> slot_of_value;
  std::vector<std::uint32_t> slot_width;
};

/// Gives every value a slot; slots are used again when their value has been read for the last time. The input gets slot 0.
SlotPlan plan_slots(const Graph& graph);

/// Writes the slots into the operations of a program, and their widths into `slot_width`.
void place(const Graph& graph, std::vector<Op>& ops, std::vector<std::uint32_t>& slot_width);

/// Fills program and tables of `storage`, whose info is already read.
void lower(const Network& folded, Model::Storage& storage, Checks& checks);

/// The integer form: the operations of the float form, with integer tables, between a `quantize` and a `dequantize`. Integer
/// operations are refused where a sum of any input could leave its width (crbrt/format/integer_bounds.h). Fills
/// `storage.integers` and info.integers.layer_text from folded.integers, after lower().
void lower_integer(const Network& folded, Model::Storage& storage, Checks& checks);

/// The forward part: biases become the first weights of their outputs, and every slot gets a row in front and one behind
/// (crbrt/format/forward_program.h). Fills `storage.forward`; the info is already read.
void lower_forward(const ForwardPart& part, Model::Storage& storage, Checks& checks);

// Whether the tables of an integer operation belong to its operation, and cannot overflow (check_integer.cpp).

/// `op` is the operation of the folded network; `in` and `add` are the numbers that it reads (add: f32 where there is none).
struct IntegerPlace {
  const Operation& op;
  Number in;
  Number add;
  bool is_last;
};

void check_integer_op(const IntegerOperation& spec, const IntegerPlace& place, const std::string& field, Checks& checks);

}  // namespace crbrt::loader
