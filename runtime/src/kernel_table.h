/// The kernels of one instruction set as plain function pointers, chosen once per Session::bind.
#pragma once

#include "crbrt/isa.h"
#include "runtime/src/kernels/affine/affine.h"
#include "runtime/src/kernels/dense/dense.h"
#include "runtime/src/kernels/estimate/estimate.h"
#include "runtime/src/kernels/group_norm/group_norm.h"
#include "runtime/src/kernels/preprocess/preprocess.h"
#include "runtime/src/kernels/relu/relu.h"
#include "runtime/src/kernels/uncertainty/uncertainty.h"

namespace crbrt {

struct KernelTable {
  PreprocessFlags (*preprocess)(const PreprocessArgs&) noexcept;
  void (*dense)(const DenseArgs&) noexcept;
  void (*group_norm)(const GroupNormArgs&) noexcept;
  void (*relu)(const ReluArgs&) noexcept;
  void (*affine)(const AffineArgs&) noexcept;
  std::uint32_t (*estimate)(const EstimateArgs&) noexcept;
  void (*uncertainty)(const UncertaintyArgs&) noexcept;
};

/// Null where the instruction set is not built into this library. Says nothing about the CPU: see is_runnable().
const KernelTable* kernel_table(Isa isa) noexcept;

}  // namespace crbrt
