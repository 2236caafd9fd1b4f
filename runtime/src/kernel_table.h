// SPDX-License-Identifier: Apache-2.0
/// The kernels of one instruction set as plain function pointers, chosen once per Session::bind.
#pragma once

#include "crbrt/format/program.h"
#include "crbrt/isa.h"
#include "runtime/src/kernels/estimate/estimate.h"
#include "runtime/src/kernels/preprocess/preprocess.h"
#include "runtime/src/kernels/uncertainty/uncertainty.h"

namespace crbrt {

struct RootSiluTangentArgs;
struct PhaseTableArgs;

// Their contract headers define them (kernels/kernels-inl.h names all); a table needs no more than names.
#define CRBRT_OP(kind, reads, writes, arguments) struct arguments;
#include "crbrt/format/ops.inc"
#undef CRBRT_OP

/// What every program begins and ends with, then one kernel for each operation, under its name.
struct KernelTable {
  PreprocessFlags (*preprocess)(const PreprocessArgs&) noexcept;
  layout::VoxelBits (*estimate)(const EstimateArgs&) noexcept;
  void (*uncertainty)(const UncertaintyArgs&) noexcept;
  void (*root_silu_tangent)(const RootSiluTangentArgs&) noexcept;
  void (*phase_table)(const PhaseTableArgs&) noexcept;
#define CRBRT_OP(kind, reads, writes, arguments) void (*kind)(const arguments&) noexcept;
#include "crbrt/format/ops.inc"
#undef CRBRT_OP
};

/// Null where the instruction set is not built into this library. Says nothing about the CPU: see is_runnable().
const KernelTable* kernel_table(Isa isa) noexcept;

/// The kernels for tiles of one voxel, whose features lie side by side (layout.h): n_voxel of their arguments is 1. The same
/// results, bit for bit. Null as above.
const KernelTable* one_voxel_kernel_table(Isa isa) noexcept;

}  // namespace crbrt
