/// Where an integer program begins: features of one tile -> s16.
///
///   y      = in[i] * scale[i], clamped to [-32767, 32767]        one rounded product
///   out[i] = y rounded to the nearest whole number, ties to even
///
/// Features past n get 0. A NaN cannot occur after preprocessing.
#pragma once

#include <cstddef>

#include "crbrt/format/layout.h"

namespace crbrt {

inline constexpr float quantized_max = 32767;

struct QuantizeArgs {
  const float* in;     ///< [n][tile_voxels], aligned to the arena
  void* out;           ///< s16: [row_words(s16, n)][tile_voxels], aligned; never overlaps in
  const float* scale;  ///< [n]
  std::size_t n;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter
};

}  // namespace crbrt
