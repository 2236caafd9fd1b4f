/// Network outputs of one tile -> estimates in physical units where the caller wants them.
///
///   estimate[v, j] = offset[j] + scale[j] * in[j, v]     product and sum round; 0 for a voxel whose bit of `blank` is set
///
/// Returns the voxels (bit v) with an estimate outside [minimum, maximum]; a NaN lies outside every range.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/format/program.h"
#include "crbrt/view.h"

namespace crbrt {

struct EstimateArgs {
  float* in;                ///< [n_output][tile_voxels], aligned to the arena; overwritten
  const Output* outputs;    ///< [n_output]
  layout::VoxelBits blank;  ///< bit v: voxel v gets zeros
  View2<float> estimates;   ///< [n_voxel, n_output], n_voxel 1 .. tile_voxels; nothing else is touched
};

}  // namespace crbrt
