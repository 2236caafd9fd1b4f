/// A whole real image as floats.
#pragma once

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

}  // namespace crbrt::volume
