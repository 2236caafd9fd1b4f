// SPDX-License-Identifier: Apache-2.0
/// What the NIfTI files that we write begin with: the header and the four bytes that say "no extension". NIfTI-1, or NIfTI-2
/// where an extent is beyond 32,767 voxels.
#pragma once

#include <cstddef>
#include <string>

#include "tools/volume/grid.h"
#include "tools/volume/map_value.h"

namespace crbrt::volume {

/// Of `n_image` images of the grid one after the other (a fourth dimension where more than one). `datatype`: a code of nifti1.h
/// that our files have, NIFTI_TYPE_UINT8, _INT32, _FLOAT32 or _COMPLEX64.
std::string head_of(const Grid& grid, std::size_t n_image, int datatype, const Window& window = {});

/// Of one image of float numbers.
std::string head_of_map(const Grid& grid, const Window& window);

}  // namespace crbrt::volume
