/// A ReLU that lets a share of negative features through.
///
///   out[f] = in[f] > 0 ? in[f] : slope[f] * in[f]                      one rounded product; a NaN stays a NaN
///
/// Integers, with slope[f] a whole number of 2^-15, 0 .. 32767:
///
///   y[f]   = max(in[f], 0) + ((min(in[f], 0) * slope[f] + 2^14) >> 15) exact in 16 bits
///   out[f] = what affine_s16 makes of y[f] (affine.h)
#pragma once

#include "runtime/src/kernels/op_call.h"

namespace crbrt {

struct LeakyReluArgs {
  const float* in;     ///< [n_feature][tile_voxels], aligned to the arena
  float* out;          ///< [n_feature][tile_voxels], aligned; may be in
  const float* slope;  ///< [n_feature], 0 .. 1
  std::size_t n_feature;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter

  static LeakyReluArgs of(const OpCall& c) noexcept { return {c.in, c.out, c.op.weights, c.n_in, c.n_voxel}; }
  static bool fits(const Op& op) noexcept { return op.n_in == op.n_out && slopes_fit(op, 1); }

  static bool slopes_fit(const Op& op, float largest) noexcept {
    if (op.weights == nullptr) return false;
    for (std::size_t f = 0; f < op.n_in; ++f)
      if (!(op.weights[f] >= 0 && op.weights[f] <= largest)) return false;  // NaN included
    return true;
  }
};

struct LeakyReluIntegerArgs {
  const void* in;      ///< s16: [row_words(s16, n_feature)][tile_voxels], aligned to the arena
  void* out;           ///< s16 or u8; s16 may be in
  const float* slope;  ///< [n_feature], whole numbers
  const IntegerTables* tables;
  std::size_t n_feature;
  Number number;  ///< of out: s16 or u8
  bool relu;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter

  static LeakyReluIntegerArgs of(const OpCall& c) noexcept {
    return {c.in, c.out, c.op.weights, c.op.integers, c.n_in, c.number, c.relu, c.n_voxel};
  }
  static bool fits(const Op& op) noexcept { return LeakyReluArgs::slopes_fit(op, 32767) && check_integer(op); }
};

}  // namespace crbrt
