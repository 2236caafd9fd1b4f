/// Whole images of one number per voxel: maps as floats, masks as lists of voxels.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/volume/grid.h"

namespace crbrt::volume {

struct ImageValues {
  Grid grid;
  std::vector<float> values;  ///< [voxel of the grid]
};

/// Throws InputError for a file that is no image of real numbers with at most three dimensions.
ImageValues read_values(const std::string& path);

/// The same, of a given shape.
std::vector<float> read_values(const std::string& path, const Shape& shape);

/// Ascending indices (x fastest) of the voxels that the mask image marks: neither zero nor NaN. The mask is NIfTI, .cfl or
/// FILE.mat:dataset of the extents `shape`. Throws InputError, also when no voxel is marked.
std::vector<std::size_t> read_mask(const std::string& spec, const Shape& shape);

/// All voxels of the grid.
std::vector<std::size_t> all_voxels(const Shape& shape);

}  // namespace crbrt::volume
