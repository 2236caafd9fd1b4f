/// The kernels of one instruction set as plain function pointers, chosen once per Session::bind.
#pragma once

#include "crbrt/isa.h"
#include "runtime/src/kernels/affine/affine.h"
#include "runtime/src/kernels/affine_fixed/affine_fixed.h"
#include "runtime/src/kernels/dense/dense.h"
#include "runtime/src/kernels/dense_fixed/dense_fixed.h"
#include "runtime/src/kernels/dequantize/dequantize.h"
#include "runtime/src/kernels/estimate/estimate.h"
#include "runtime/src/kernels/group_norm/group_norm.h"
#include "runtime/src/kernels/group_norm_fixed/group_norm_fixed.h"
#include "runtime/src/kernels/preprocess/preprocess.h"
#include "runtime/src/kernels/quantize/quantize.h"
#include "runtime/src/kernels/relu/relu.h"
#include "runtime/src/kernels/uncertainty/uncertainty.h"

namespace crbrt {

struct KernelTable {
  PreprocessFlags (*preprocess)(const PreprocessArgs&) noexcept;
  void (*dense)(const DenseArgs&) noexcept;
  void (*group_norm)(const GroupNormArgs&) noexcept;
  void (*relu)(const ReluArgs&) noexcept;
  void (*affine)(const AffineArgs&) noexcept;
  layout::VoxelBits (*estimate)(const EstimateArgs&) noexcept;
  void (*uncertainty)(const UncertaintyArgs&) noexcept;
  void (*quantize)(const QuantizeArgs&) noexcept;
  void (*dense_u8)(const DenseFixedArgs&) noexcept;
  void (*dense_s16)(const DenseFixedArgs&) noexcept;
  void (*affine_fixed)(const AffineFixedArgs&) noexcept;
  void (*group_norm_fixed)(const GroupNormFixedArgs&) noexcept;
  void (*dequantize)(const DequantizeArgs&) noexcept;
};

/// Null where the instruction set is not built into this library. Says nothing about the CPU: see is_runnable().
const KernelTable* kernel_table(Isa isa) noexcept;

}  // namespace crbrt
