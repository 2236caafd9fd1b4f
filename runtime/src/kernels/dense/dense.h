// SPDX-License-Identifier: Apache-2.0
/// A dense layer on one tile of voxels.
///
///   out[j] = bias[j] + sum_k weights[j, k] * in[k]   in this order: the sum starts at the bias and k ascends
///   out[j] += add[j]                                 when add is not null
///   out[j] = max(out[j], 0)                          when relu
///
/// Each term is one Ops::mul_add: fused where the instruction set has it, rounded twice elsewhere (docs/numerics.md).
///
/// Integers (dense_u8, dense_s16):
///
///   acc[j] = bias[j] + sum_k weights[j, k] * in[k]      exact: no sum can leave 32 bits (crbrt/format/integer_bounds.h)
///   out[j] = acc[j]                                     s32
///          = requantize_u8(acc[j], r[j])                u8 (crbrt/format/requant.h)
///          = requantize_s16(acc[j], r[j])               s16; then, saturating, + add[j] where there is one; then ReLU
///
/// Sums are exact in any order, so none is prescribed. Outputs past n_out are what zero weights and the padding
/// of the tables give.
///
/// In floats there are two ways, which give the same bits: many voxels in lanes (dense_voxels-inl.h), or outputs of one voxel
/// (dense_outputs-inl.h).
#pragma once

#include "runtime/src/kernels/op_call.h"

namespace crbrt {

struct DenseArgs {
  const float* in;       ///< [n_in][tile_voxels], aligned to the arena
  float* out;            ///< [n_out][tile_voxels], aligned; never overlaps in. A tile of one voxel: [padded_outputs(n_out)]
  const float* add;      ///< as out, or null; may be out itself
  const float* weights;  ///< packed (layout.h) for n_packed outputs; aligned ones are faster
  const float* bias;     ///< [padded_outputs(n_out)]
  std::size_t n_in;
  std::size_t n_out;
  bool relu;
  std::size_t n_packed;                       ///< n_out, or more where only the first outputs are wanted
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter; what the others get is not said

  static DenseArgs of(const OpCall& c) noexcept {
    return {c.in, c.out, c.add, c.op.weights, c.op.bias, c.n_in, c.n_out, c.relu, c.n_packed, c.n_voxel};
  }
  static bool fits(const Op& op) noexcept { return op.weights != nullptr && op.bias != nullptr; }
};

struct DenseIntegerArgs {
  const void* in;   ///< u8 or s16: [row_words][tile_voxels], aligned to the arena
  void* out;        ///< [row_words][tile_voxels], aligned; never overlaps in
  const void* add;  ///< s16 as out, or null; may be out itself
  const IntegerTables* tables;
  std::size_t n_in;
  std::size_t n_out;
  Number number;  ///< of out: s32, s16 or u8
  bool relu;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter; what the others get is not said

  static DenseIntegerArgs of(const OpCall& c) noexcept {
    return {c.in, c.out, c.add, c.op.integers, c.n_in, c.n_out, c.number, c.relu, c.n_voxel};
  }
  static bool fits(const Op& op) noexcept { return check_integer(op); }
};

}  // namespace crbrt
