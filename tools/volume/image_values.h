// SPDX-License-Identifier: Apache-2.0
/// Whole images of one number per voxel: maps as floats, masks as lists of voxels.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/warnings.h"
#include "tools/volume/grid.h"
#include "tools/volume/voxel_list.h"

namespace crbrt::volume {

struct ImageValues {
  Grid grid;
  std::vector<float> values;  ///< [voxel of the grid]
};

/// Throws InputError for a file that is no image of real numbers with at most three dimensions.
ImageValues read_values(const std::string& path);

/// The same, [voxel of `grid`] in the grid's order: an image of the same voxels that stores them in another order is put right.
/// Throws InputError for an image of other voxels (expect_order_in).
std::vector<float> read_values(const std::string& path, const Grid& grid, GridCheck check);

/// The voxels of `grid` that a mask marks. The mask is an image of any format with the voxels
/// of the grid, stored in any order (order_in).
/// Whole numbers from 0 on mark where they are not 0. A mask that holds negative numbers or fractions was interpolated, or is a
/// probability: it marks where it reaches half of its maximum, which `warnings` says. NaN marks nothing.
/// Throws InputError, also when no voxel is marked.
VoxelList read_mask(const std::string& spec, const Grid& grid, GridCheck check, base::Warnings& warnings);

}  // namespace crbrt::volume
