// SPDX-License-Identifier: Apache-2.0
// The interpreter: each op's tiles and shape from the Op, then the kernel of its kind.
#include "runtime/src/run_ops.h"

#include "runtime/src/kernels/kernels-inl.h"

namespace crbrt {

namespace {

/// Inlined, because an OpCall in memory is written number by number and read two numbers at a time: a read that spans two
/// writes waits until both have left the core's queue, which is after the layer before is done. It costs a call of one voxel a
/// fifth.
[[gnu::always_inline]] inline void apply(const KernelTable& kernels, const OpCall& call) noexcept {
  switch (call.op.kind) {
#define CRBRT_OP(kind, reads, writes, arguments) \
  case OpKind::kind:                             \
    return kernels.kind(arguments::of(call));
#include "crbrt/format/ops.inc"
#undef CRBRT_OP
  }
}

/// One tile on its way through the ops.
struct Tile {
  const Program& program;
  const KernelTable& kernels;
  float* arena;
  std::size_t n_voxel;
  bool outputs_only;

  float* slot(std::uint32_t index) const noexcept { return slot_tile(program, arena, index); }

  const float* added(const Op& op) const noexcept {
    return op.add_slot >= 0 ? slot(static_cast<std::uint32_t>(op.add_slot)) : nullptr;
  }

  /// Features after the outputs cost nothing where nobody asks for them: the outputs come first, and so do their weights.
  std::size_t n_out(std::size_t index) const noexcept {
    const std::size_t first_last = first_last_op(program.n_op, program.ops[program.n_op - 1].kind);
    return outputs_only && index >= first_last ? program.n_output : program.ops[index].n_out;
  }

  void apply_next(std::size_t index) const noexcept {
    const Op& op = program.ops[index];
    const OpCall call{op,         slot(op.in_slot), slot(op.out_slot), added(op), op.n_in, n_out(index),
                      op.n_group, op.out,           op.relu != 0,      n_voxel,   op.n_out};
    apply(kernels, call);
  }
};

}  // namespace

void apply_op(const KernelTable& kernels, const OpCall& call) noexcept { apply(kernels, call); }

RunOps compiled_ops(const Program& program, Isa isa) noexcept {
  const auto index = static_cast<std::size_t>(isa);
  return program.compiled != nullptr && index < sizeof(CompiledNetwork) / sizeof(RunOps) ? program.compiled->run[index]
                                                                                         : nullptr;
}

void interpret_ops(const Program& program, const KernelTable& kernels, float* arena, std::size_t n_voxel,
                   bool outputs_only) noexcept {
  const Tile tile{program, kernels, arena, n_voxel, outputs_only};
  for (std::size_t i = 0; i < program.n_op; ++i) tile.apply_next(i);
}

}  // namespace crbrt
