// SPDX-License-Identifier: Apache-2.0
/// The slices of a series put in order along their normal, and what is wrong with them. No DICOM here: numbers alone.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "tools/volume/grid.h"

namespace crbrt::dicom {

using Vector = std::array<double, 3>;

/// One image of a series: a file, or a frame of a multi-frame file. Millimetres, in DICOM's axes (to the left, to the back,
/// up).
struct SliceImage {
  std::string file;  ///< for messages
  std::string sop_class, sop_instance;
  int frame = 0;  ///< from 1 in a multi-frame file; 0: the file has one image
  long instance_number = 0;
  std::size_t columns = 0, rows = 0;
  Vector position{};                                   ///< of the centre of the first pixel
  Vector along_row{}, along_column{};                  ///< unit vectors: towards the next column, the next row
  double column_mm = 1, row_mm = 1, thickness_mm = 1;  ///< from one column to the next, from one row to the next
};

struct SliceStack {
  volume::Grid grid;                             ///< columns, rows, slices along the normal; NIfTI's axes
  Vector step{};                                 ///< from one slice to the next, DICOM's axes
  std::vector<std::vector<std::size_t>> slices;  ///< [slice] its images (echoes, time points), as numbered in the list
};

/// A series may have several images at each place, as many at all of them. Throws InputError naming `folder` for images of
/// different extents, spacings or orientations, and for slices that are missing, or there more often than others.
SliceStack stack_of(const std::vector<SliceImage>& images, const std::string& folder);

}  // namespace crbrt::dicom
