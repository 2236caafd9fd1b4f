/// Geometry from a NIfTI file, for --like.
#pragma once

#include <string>

#include "tools/volume/grid.h"

namespace crbrt::volume {

/// The geometry of a NIfTI image whose spatial extents must be `shape`. Throws InputError.
Geometry read_geometry(const std::string& path, const Shape& shape);

}  // namespace crbrt::volume
