/// Where an integer program begins: features of one tile -> s16.
///
///   y      = in[i] * scale[i], clamped to [-32767, 32767]        one rounded product
///   out[i] = y rounded to the nearest whole number, ties to even
///
/// Features past n get 0. A NaN cannot occur after preprocessing.
///
/// And where it ends: 32-bit sums of the last layer -> network outputs.
///
///   out[j] = float(in[j]) * scale[j]      the conversion rounds to even, then the product rounds
#pragma once

#include "runtime/src/kernels/op_call.h"

namespace crbrt {

inline constexpr float quantized_max = 32767;

struct QuantizeArgs {
  const float* in;     ///< [n][tile_voxels], aligned to the arena
  void* out;           ///< s16: [row_words(s16, n)][tile_voxels], aligned; never overlaps in
  const float* scale;  ///< [n]
  std::size_t n;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter

  static QuantizeArgs of(const OpCall& c) noexcept { return {c.in, c.out, c.op.weights, c.n_in, c.n_voxel}; }
  static bool fits(const Op& op) noexcept {
    if (op.weights == nullptr || op.n_in != op.n_out) return false;
    for (std::size_t i = 0; i < op.n_in; ++i)
      if (!is_finite(op.weights[i]) || op.weights[i] <= 0) return false;
    return true;
  }
};

struct DequantizeArgs {
  const void* in;      ///< s32: [n][tile_voxels], aligned to the arena
  float* out;          ///< [n][tile_voxels], aligned; may be in
  const float* scale;  ///< [n]
  std::size_t n;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter

  static DequantizeArgs of(const OpCall& c) noexcept { return {c.in, c.out, c.op.weights, c.n_out, c.n_voxel}; }
  static bool fits(const Op& op) noexcept { return QuantizeArgs::fits(op); }
};

}  // namespace crbrt
