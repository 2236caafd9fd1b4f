/// Joins the algorithms with the vocabulary of one instruction set: each kernels_<isa>.cpp is this and its Ops.
#pragma once

#include "runtime/src/kernel_table.h"
#include "runtime/src/kernels/affine/affine-inl.h"
#include "runtime/src/kernels/affine_fixed/affine_fixed-inl.h"
#include "runtime/src/kernels/dense/dense-inl.h"
#include "runtime/src/kernels/dense_fixed/dense_fixed-inl.h"
#include "runtime/src/kernels/dequantize/dequantize-inl.h"
#include "runtime/src/kernels/estimate/estimate-inl.h"
#include "runtime/src/kernels/group_norm/group_norm-inl.h"
#include "runtime/src/kernels/group_norm_fixed/group_norm_fixed-inl.h"
#include "runtime/src/kernels/preprocess/preprocess-inl.h"
#include "runtime/src/kernels/quantize/quantize-inl.h"
#include "runtime/src/kernels/relu/relu-inl.h"
#include "runtime/src/kernels/uncertainty/uncertainty-inl.h"

namespace crbrt {

template <class Ops>
inline constexpr KernelTable kernels_over{.preprocess = preprocess<Ops>,
                                          .dense = dense<Ops>,
                                          .group_norm = group_norm<Ops>,
                                          .relu = relu<Ops>,
                                          .affine = affine<Ops>,
                                          .estimate = estimate<Ops>,
                                          .uncertainty = uncertainty<Ops>,
                                          .quantize = quantize<Ops>,
                                          .dense_u8 = dense_u8<Ops>,
                                          .dense_s16 = dense_s16<Ops>,
                                          .affine_fixed = affine_fixed<Ops>,
                                          .group_norm_fixed = group_norm_fixed<Ops>,
                                          .dequantize = dequantize<Ops>};

}  // namespace crbrt
