/// Network outputs of one tile -> estimates in physical units in the caller's rows.
///
///   estimate[v, j] = offset[j] + scale[j] * in[j, v]     product and sum round; 0 for a voxel whose bit of `blank` is set
///
/// Returns the voxels (bit v) with an estimate outside [minimum, maximum]; a NaN lies outside every range.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/format/program.h"

namespace crbrt {

struct EstimateArgs {
  float* in;              ///< [n_output][tile_voxels], aligned to the arena; overwritten
  const Output* outputs;  ///< [n_output]
  std::size_t n_output;
  layout::VoxelBits blank;  ///< bit v: voxel v gets zeros
  float* estimates;         ///< row of the tile's first voxel
  std::size_t n_voxel;      ///< 1 .. tile_voxels; no other row is touched
  std::size_t stride;       ///< floats from row to row
};

}  // namespace crbrt
