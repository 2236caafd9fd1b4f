// SPDX-License-Identifier: Apache-2.0
/// All ops of one program on one tile, with their shapes as constants: the same kernels that the interpreter calls through the
/// table, inlined one after the other. Instantiated by generated code (crbrt_add_model SPECIALISED), once for each instruction
/// set; results equal the interpreter's bit for bit.
#pragma once

#include "crbrt/format/shape.h"
#include "runtime/src/kernels/kernels-inl.h"
#include "runtime/src/kernels/loops-inl.h"

namespace crbrt {

/// Op `s` of the program, whose tables are in `op`. n_out is below s.n_out where only the outputs are wanted.
template <class Ops, OpShape s>
[[gnu::always_inline]] inline void apply_shape(const Op& op, float* arena, std::size_t n_out, std::size_t n_voxel) noexcept {
  float* const in = arena + s.in_word * layout::tile_voxels;
  float* const out = arena + s.out_word * layout::tile_voxels;
  const float* const add = s.add_word >= 0 ? arena + static_cast<std::size_t>(s.add_word) * layout::tile_voxels : nullptr;
  const OpCall call{op, in, out, add, s.n_in, n_out, s.n_group, s.out, s.relu != 0, n_voxel, s.n_out};
#define CRBRT_OP(kind_, reads, writes, arguments) \
  if constexpr (s.kind == OpKind::kind_) crbrt::kind_<Ops>(arguments::of(call));
#include "crbrt/format/ops.inc"
#undef CRBRT_OP
}

template <class Ops, auto shape>
[[gnu::flatten]] inline void run_shapes(const Program& program, float* arena, std::size_t n_voxel, bool outputs_only) noexcept {
  constexpr std::size_t n_op = sizeof shape.op / sizeof shape.op[0];
  constexpr std::size_t first_last = first_last_op(n_op, shape.op[n_op - 1].kind);
  unrolled<n_op>([&](auto i) __attribute__((always_inline)) {
    constexpr std::size_t index = decltype(i)::value;
    constexpr OpShape s = shape.op[index];
    const std::size_t n_out = index >= first_last && outputs_only ? shape.n_output : s.n_out;
    apply_shape<Ops, s>(program.ops[index], arena, n_out, n_voxel);
  });
}

/// A tile of one voxel has a layout of its own (layout.h).
template <class Ops, auto shape>
inline void run_network(const Program& program, float* arena, std::size_t n_voxel, bool outputs_only) noexcept {
  if (n_voxel == 1) return run_shapes<OneVoxel<Ops>, shape>(program, arena, n_voxel, outputs_only);
  run_shapes<Ops, shape>(program, arena, n_voxel, outputs_only);
}

}  // namespace crbrt
