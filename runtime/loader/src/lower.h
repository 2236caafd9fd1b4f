/// Lowering: layers to operations. One lowering serves the interpreter and the code generator, so both do the same arithmetic.
///
/// A layer becomes `dense`, followed by what cannot be part of it:
///   - batch normalisation is folded into weights and bias when nothing else sees the layer's pre-normalisation value: no
///     later layer takes its skip from here, and no skip is added here (it would be scaled). Otherwise it is an `affine`.
///   - group normalisation is always its own operation.
///   - ReLU belongs to the last operation of the layer; it is an operation of its own only where a later skip needs the value
///     before it.
#pragma once

#include <string>
#include <vector>

#include "runtime/loader/src/field_checks.h"
#include "runtime/loader/src/storage.h"

namespace crbrt::loading {

/// A value that flows between operations, before it has a slot: written once by operation `written_by` (the input: before the
/// first), last read by operation `last_read`.
struct Value {
  std::uint32_t width = 0;
  std::size_t last_read = 0;
};

/// Operands of one operation as indices of values.
struct Operands {
  std::size_t in = 0;
  std::size_t out = 0;
  std::size_t add = none;
  bool may_work_in_place = false;

  static constexpr std::size_t none = static_cast<std::size_t>(-1);
};

/// Who reads and writes what, in the order of the operations: the same for both forms of a network.
struct Graph {
  std::vector<Value> values;
  std::vector<Operands> operands;  ///< of each operation
  std::vector<std::size_t> layer_of_op;
};

/// Fills program, tables and layer_text of `storage`, whose info is already read.
Graph lower(const Network& network, Model::Storage& storage, Checks& checks);

struct SlotPlan {
  std::vector<std::size_t> slot_of_value;
  std::vector<std::uint32_t> slot_width;
};

/// Gives every value a slot; slots are used again when their value has been read for the last time. Value 0 is the input and
/// gets slot 0.
SlotPlan plan_slots(const std::vector<Value>& values, const std::vector<Operands>& operands);

}  // namespace crbrt::loading
