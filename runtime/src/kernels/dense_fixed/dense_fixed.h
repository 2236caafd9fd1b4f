/// Dense layers of integer programs on one tile of voxels.
///
///   acc[j] = bias[j] + sum_k weights[j, k] * in[k]      exact: no sum can leave 32 bits (crbrt/format/fixed_bounds.h)
///   out[j] = acc[j]                                     s32
///          = requantize_u8(acc[j], r[j])                u8 (crbrt/format/requant.h)
///          = requantize_s16(acc[j], r[j])               s16; then, saturating, + add[j] where there is one; then ReLU
///
/// Sums are exact in any order, so there is nothing to say about it. Outputs past n_out are what zero weights and the padding
/// of the tables give.
#pragma once

#include <cstddef>

#include "crbrt/format/program.h"

namespace crbrt {

struct DenseFixedArgs {
  const void* in;   ///< u8 or s16: [row_words][tile_voxels], aligned to the arena
  void* out;        ///< [row_words][tile_voxels], aligned; never overlaps in
  const void* add;  ///< s16 as out, or null; may be out itself
  const FixedTables* tables;
  std::size_t n_in;
  std::size_t n_out;
  Number number;  ///< of out: s32, s16 or u8
  bool relu;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter; what the others get is not said
};

}  // namespace crbrt
