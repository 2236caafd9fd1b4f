/// One factor and one shift for each feature: a normalisation with stored statistics that could not be folded into a dense
/// layer.
///
///   out[f] = scale[f] * in[f] + shift[f]                               as one mul_add; then max(out[f], 0) when relu
///
/// Integers (also a ReLU that requantizes):
///
///   acc[j] = bias[j] + weights[j] * in[j]                              exact in 32 bits
///   out[j] = requantize_u8(acc[j], r[j]), or requantize_s16(acc[j], r[j]) and then ReLU if any
#pragma once

#include "runtime/src/kernels/op_call.h"

namespace crbrt {

struct AffineArgs {
  const float* in;     ///< [n_feature][tile_voxels], aligned to the arena
  float* out;          ///< [n_feature][tile_voxels], aligned; may be in
  const float* scale;  ///< [n_feature]
  const float* shift;  ///< [n_feature]
  std::size_t n_feature;
  bool relu;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter

  static AffineArgs of(const OpCall& c) noexcept { return {c.in, c.out, c.op.weights, c.op.bias, c.n_in, c.relu, c.n_voxel}; }
  static bool fits(const Op& op) noexcept { return op.weights != nullptr && op.bias != nullptr && op.n_in == op.n_out; }
};

struct AffineIntegerArgs {
  const void* in;  ///< s16: [row_words(s16, n_feature)][tile_voxels], aligned to the arena
  void* out;       ///< s16 or u8; s16 may be in
  const IntegerTables* tables;
  std::size_t n_feature;
  Number number;  ///< of out: s16 or u8
  bool relu;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter

  static AffineIntegerArgs of(const OpCall& c) noexcept {
    return {c.in, c.out, c.op.integers, c.n_in, c.number, c.relu, c.n_voxel};
  }
  static bool fits(const Op& op) noexcept { return check_integer(op); }
};

}  // namespace crbrt
