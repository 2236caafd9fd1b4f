// SPDX-License-Identifier: Apache-2.0
/// All kernels: the one place that names the files of every op. Joined with the vocabulary of an instruction set they are its
/// kernel table (isa/kernels.cpp.in).
#pragma once

#include "runtime/src/isa/one_voxel.h"
#include "runtime/src/kernel_table.h"
#include "runtime/src/kernels/affine/affine.h"
#include "runtime/src/kernels/dense/dense.h"
#include "runtime/src/kernels/dense/dense_integer-inl.h"
#include "runtime/src/kernels/dense/dense_voxels-inl.h"
#include "runtime/src/kernels/estimate/estimate.h"
#include "runtime/src/kernels/group_norm/group_norm.h"
#include "runtime/src/kernels/group_norm/group_norm_integer-inl.h"
#include "runtime/src/kernels/leaky_relu/leaky_relu.h"
#include "runtime/src/kernels/phase_table/phase_table.h"
#include "runtime/src/kernels/preprocess/preprocess-inl.h"
#include "runtime/src/kernels/quantize/quantize.h"
#include "runtime/src/kernels/relu/relu.h"
#include "runtime/src/kernels/root_silu/root_silu.h"
#include "runtime/src/kernels/uncertainty/uncertainty.h"

namespace crbrt {

template <class Ops>
inline constexpr KernelTable kernels_over{
    .preprocess = preprocess<Ops>,
    .estimate = estimate<Ops>,
    .uncertainty = uncertainty<Ops>,
    .root_silu_tangent = root_silu_tangent<Ops>,
    .phase_table = phase_table<Ops>,
#define CRBRT_OP(kind, reads, writes, arguments) .kind = kind<Ops>,
#include "crbrt/format/ops.inc"
#undef CRBRT_OP
};

}  // namespace crbrt
