/// Group normalisation of integer features, for each voxel on its own. A group is n_feature / n_group neighbouring features, as
/// many as group_fits allows (crbrt/format/fixed_bounds.h).
///
///   mean    = mean_of_sum(sum of in over the group, {mean_shift, mean_multiplier})
///   d[f]    = in[f] - mean, saturated to s16
///   v       = epsilon + sum over pairs of ((d[f]^2 + d[f + 1]^2) >> square_shift)       f even; below 2^31 (program_check)
///   h, root = inverse_root(v)                                                           crbrt/format/inverse_root.h
///   p[f]    = d[f] * 2^(h - u)                              u = square_shift / 2 + 1; where h < u, halves are rounded up
///   x[f]    = (p[f] * root + 2^14) >> 15
///   acc[f]  = bias[f] + weights[f] * x[f]                   then as affine_fixed.h
///
/// x is (d / deviation) * 2^13.5 / sqrt(size of a group) and at most 2^14.5: |d| * 2^h < 2^15.5 * 2^(square_shift / 2), because
/// epsilon, at least 1, makes up for what the shifted squares lose.
#pragma once

#include <cstddef>

#include "crbrt/format/program.h"

namespace crbrt {

struct GroupNormFixedArgs {
  const void* in;  ///< s16: [row_words(s16, n_feature)][tile_voxels], aligned to the arena
  void* out;       ///< s16 or u8; s16 may be in
  const FixedTables* tables;
  const FixedGroupNorm* constants;
  std::size_t n_feature;
  std::size_t n_group;
  Number number;  ///< of out: s16 or u8
  bool relu;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter
};

/// u above.
constexpr std::int32_t deviation_shift(const FixedGroupNorm& constants) noexcept { return constants.square_shift / 2 + 1; }

}  // namespace crbrt
