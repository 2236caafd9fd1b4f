// SPDX-License-Identifier: Apache-2.0
/// In which way two grids in the world differ, for people: two lists of numbers do not say it, and images that are stored in
/// another order begin at opposite corners without differing at all.
#pragma once

#include <array>
#include <string>

#include "tools/volume/grid.h"

namespace crbrt::volume {

/// What the axes of an image are called: {"columns", "rows", "slices"}.
using AxisNames = std::array<const char*, 3>;

/// "z (its slices): 3 voxels in place of 4; y (its rows): 1.6 mm from voxel to voxel in place of 1.5 mm; x (its columns):
/// turned by 2 degrees; placed 0.75 mm along y beside it (0.5 voxels)": what is said of each axis of `grid`, along which axis
/// of the image it runs, whichever order and direction that stores it in. Of images of other extents, the place is that of the
/// end at which they lie closer together. Both geometries have to be known; order_in() has found that they differ.
std::string grid_difference(const Grid& grid, const Grid& image, const AxisNames& names);

/// "6x5x4 voxels of 1.25 x 1.5 x 3 mm"
std::string extents_in_words(const Grid& grid);

}  // namespace crbrt::volume
