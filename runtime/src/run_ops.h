// SPDX-License-Identifier: Apache-2.0
/// The ops of a program on one tile of voxels in the arena, with the kernels for it (a tile of one voxel has its own): by the
/// function that was generated for the instruction set, or by the interpreter, which calls one kernel of the table after the
/// other. Both give the same bits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/src/kernel_table.h"
#include "runtime/src/kernels/op_call.h"

namespace crbrt {

/// The tile of a slot.
inline float* slot_tile(const Program& program, float* arena, std::uint32_t slot) noexcept {
  return arena + words_before(program, slot) * layout::tile_voxels;
}

/// The generated function for `isa`; null where the program has none.
RunOps compiled_ops(const Program& program, Isa isa) noexcept;

/// One op on one tile by its kernel.
void apply_op(const KernelTable& kernels, const OpCall& call) noexcept;

/// The interpreter: what a generated function does.
void interpret_ops(const Program& program, const KernelTable& kernels, float* arena, std::size_t n_voxel,
                   bool outputs_only) noexcept;

}  // namespace crbrt
