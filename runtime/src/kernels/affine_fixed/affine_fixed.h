/// One factor and one shift for each feature of an integer program: a batch normalisation, or a ReLU that requantizes.
///
///   acc[j] = bias[j] + weights[j] * in[j]                              exact in 32 bits
///   out[j] = requantize_u8(acc[j], r[j]), or requantize_s16(acc[j], r[j]) and then ReLU if any
#pragma once

#include <cstddef>

#include "crbrt/format/program.h"

namespace crbrt {

struct AffineFixedArgs {
  const void* in;  ///< s16: [row_words(s16, n_feature)][tile_voxels], aligned to the arena
  void* out;       ///< s16 or u8; s16 may be in
  const FixedTables* tables;
  std::size_t n_feature;
  Number number;  ///< of out: s16 or u8
  bool relu;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter
};

}  // namespace crbrt
