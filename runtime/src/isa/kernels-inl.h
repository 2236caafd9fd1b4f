/// Joins the algorithms with the vocabulary of one instruction set: each kernels_<isa>.cpp is this and its Ops.
#pragma once

#include "runtime/src/kernel_table.h"
#include "runtime/src/kernels/affine/affine-inl.h"
#include "runtime/src/kernels/dense/dense-inl.h"
#include "runtime/src/kernels/estimate/estimate-inl.h"
#include "runtime/src/kernels/group_norm/group_norm-inl.h"
#include "runtime/src/kernels/preprocess/preprocess-inl.h"
#include "runtime/src/kernels/relu/relu-inl.h"
#include "runtime/src/kernels/uncertainty/uncertainty-inl.h"

namespace crbrt {

template <class Ops>
inline constexpr KernelTable kernels_over{preprocess<Ops>, dense<Ops>,    group_norm<Ops>, relu<Ops>,
                                          affine<Ops>,     estimate<Ops>, uncertainty<Ops>};

}  // namespace crbrt
