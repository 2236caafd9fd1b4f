/// out[f] = scale[f] * in[f] + shift[f] as one mul_add; then max(out[f], 0) when relu. A normalisation with stored statistics
/// that could not be folded into a dense layer.
#pragma once

#include <cstddef>

#include "crbrt/format/layout.h"

namespace crbrt {

struct AffineArgs {
  const float* in;     ///< [n_feature][tile_voxels], aligned to the arena
  float* out;          ///< [n_feature][tile_voxels], aligned; may be in
  const float* scale;  ///< [n_feature]
  const float* shift;  ///< [n_feature]
  std::size_t n_feature;
  bool relu;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter
};

}  // namespace crbrt
