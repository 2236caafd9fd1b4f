/// Group normalisation over features, for each voxel on its own. A group is n_feature / n_group neighbouring features.
///
///   mean = (sum_f in[f]) / size        var = (sum_f (in[f] - mean)^2) / size       f ascending, both over one group
///   out[f] = (in[f] - mean) * (1 / sqrt(var + epsilon)) * gamma[f] + beta[f]       last product and sum are one mul_add
///   out[f] = max(out[f], 0)                                                        when relu
#pragma once

#include <cstddef>

#include "crbrt/format/layout.h"

namespace crbrt {

struct GroupNormArgs {
  const float* in;     ///< [n_feature][tile_voxels], aligned to the arena
  float* out;          ///< [n_feature][tile_voxels], aligned; may be in
  const float* gamma;  ///< [n_feature]
  const float* beta;   ///< [n_feature]
  std::size_t n_feature;
  std::size_t n_group;  ///< divides n_feature
  float epsilon;        ///< positive
  bool relu;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter
};

}  // namespace crbrt
