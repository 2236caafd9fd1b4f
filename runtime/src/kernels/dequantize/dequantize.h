/// Where an integer program ends: 32-bit sums of the last layer -> network outputs.
///
///   out[j] = float(in[j]) * scale[j]      the conversion rounds to even, then the product rounds
#pragma once

#include <cstddef>

#include "crbrt/format/layout.h"

namespace crbrt {

struct DequantizeArgs {
  const void* in;  ///< s32: [n][tile_voxels], aligned to the arena
  float* out;      ///< [n][tile_voxels], aligned; may be in
  const float* scale;
  std::size_t n;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter
};

}  // namespace crbrt
