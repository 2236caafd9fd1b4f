// SPDX-License-Identifier: Apache-2.0
/// Images small enough for a page: cut to a box, quantised to 16 bits, compressed, as text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/volume/grid.h"

namespace crbrt::viewer {

/// Part of a grid: its first voxel and its extents.
struct Box {
  volume::Shape first{0, 0, 0};
  volume::Shape extents{1, 1, 1};
};

/// The smallest box around what is marked [voxel of the grid], one voxel wider on each side where the grid has it. All of the
/// grid where nothing is marked.
Box box_around(const volume::Shape& grid, const std::vector<bool>& is_marked);

/// [row][column] from a voxel of the box to millimetres.
using Affine = std::array<std::array<double, 4>, 3>;
Affine box_affine(const volume::Grid& grid, const Box& box);

/// The way back, of an affine whose columns are independent.
Affine inverse_of(const Affine& affine);

struct PackedImage {
  std::string text;         ///< base64 of a gzip file that holds a NIfTI-1 image of int16 with scl_slope = step
  double step = 1;          ///< value = step * stored
  std::uint64_t n_cut = 0;  ///< voxels beyond the range of int16, which hold its end
};

/// values [voxel of the grid]; what is not finite is stored as 0. `step` as is in single precision.
PackedImage pack(const std::vector<float>& values, const volume::Grid& grid, const Box& box, double step);

}  // namespace crbrt::viewer
