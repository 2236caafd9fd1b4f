// SPDX-License-Identifier: Apache-2.0
/// Which voxels a mask marks, by the rule of read_mask() (image_values.h), of an image that is open.
#pragma once

#include "base/warnings.h"
#include "tools/volume/grid.h"
#include "tools/volume/stored_image.h"
#include "tools/volume/voxel_list.h"

namespace crbrt::volume {

/// Throws InputError, also when no voxel is marked.
VoxelList mask_of(const StoredImage& image, const Grid& grid, GridCheck check, base::Warnings& warnings);

}  // namespace crbrt::volume
