/// Which voxels are computed.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/volume/grid.h"

namespace crbrt::volume {

/// Ascending indices (x fastest) of the voxels that the mask image marks: neither zero nor NaN. The mask is NIfTI, .cfl or
/// FILE.mat:dataset of the extents `shape`. Throws InputError, also when no voxel is marked.
std::vector<std::size_t> read_mask(const std::string& spec, const Shape& shape);

/// All voxels of the grid.
std::vector<std::size_t> all_voxels(const Shape& shape);

}  // namespace crbrt::volume
