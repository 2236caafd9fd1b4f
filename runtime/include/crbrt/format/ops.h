// SPDX-License-Identifier: Apache-2.0
/// What the list of operations (ops.inc) says, for C++: enum OpKind, names, and the numbers that an operation reads and writes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/format/layout.h"

namespace crbrt {

/// The operations in the order of ops.inc, which says what each computes.
enum class OpKind : std::uint32_t {
#define CRBRT_OP(kind, reads, writes, arguments) kind,
#include "crbrt/format/ops.inc"
#undef CRBRT_OP
};

/// What an operation may write.
enum class Written { f32, s16, whole /* s16 or u8 */, sums /* s32, s16 or u8 */ };

/// One row of ops.inc.
struct OpFacts {
  const char* name;  ///< "dense", ...
  Number reads;      ///< the numbers of its input
  Written writes;    ///< the numbers that it may write
};

/// All operations, in the order of OpKind.
inline constexpr OpFacts op_list[] = {
#define CRBRT_OP(kind, reads, writes, arguments) {#kind, Number::reads, Written::writes},
#include "crbrt/format/ops.inc"
#undef CRBRT_OP
};

/// How many operations there are.
inline constexpr std::size_t n_op_kind = sizeof op_list / sizeof op_list[0];

/// Of an operation that exists (is_op).
constexpr const OpFacts& facts(OpKind kind) noexcept { return op_list[static_cast<std::size_t>(kind)]; }
/// The name of an operation that exists.
constexpr const char* op_name(OpKind kind) noexcept { return facts(kind).name; }
/// Does this number name an operation?
constexpr bool is_op(OpKind kind) noexcept { return static_cast<std::size_t>(kind) < n_op_kind; }

/// May the operation write these numbers?
constexpr bool may_write(OpKind kind, Number number) noexcept {
  switch (facts(kind).writes) {
    case Written::f32: return number == Number::f32;
    case Written::s16: return number == Number::s16;
    case Written::whole: return number == Number::s16 || number == Number::u8;
    case Written::sums: return number == Number::s32 || number == Number::s16 || number == Number::u8;
  }
  return false;
}

/// The layers with a weight for every pair of input and output; all other operations work feature by feature or group by group.
constexpr bool is_dense(OpKind kind) noexcept {
  return kind == OpKind::dense || kind == OpKind::dense_s16 || kind == OpKind::dense_u8;
}

}  // namespace crbrt
