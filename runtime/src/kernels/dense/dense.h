/// A dense layer on one tile of voxels.
///
///   out[j] = bias[j] + sum_k weights[j, k] * in[k]   in this order: the sum starts at the bias and k ascends
///   out[j] += add[j]                                 when add is not null
///   out[j] = max(out[j], 0)                          when relu
///
/// Each term is one Ops::mul_add: fused where the instruction set has it, rounded twice elsewhere (docs/numerics.md).
#pragma once

#include <cstddef>

#include "crbrt/format/layout.h"

namespace crbrt {

struct DenseArgs {
  const float* in;       ///< [n_in][tile_voxels], aligned to the arena
  float* out;            ///< [n_out][tile_voxels], aligned; never overlaps in
  const float* add;      ///< [n_out][tile_voxels] or null; may be out itself
  const float* weights;  ///< packed (layout.h); need not be aligned
  const float* bias;     ///< [padded_outputs(n_out)]
  std::size_t n_in;
  std::size_t n_out;
  bool relu;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter; what the others get is not said
};

}  // namespace crbrt
