/// out = max(in, 0); the result is +0 for -0 and for NaN. The smallest kernel: the one to copy when adding another.
#pragma once

#include <cstddef>

#include "crbrt/format/layout.h"

namespace crbrt {

struct ReluArgs {
  const float* in;  ///< [n_feature][tile_voxels], aligned to the arena
  float* out;       ///< [n_feature][tile_voxels], aligned; may be in
  std::size_t n_feature;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter; what the others get is not said
};

}  // namespace crbrt
