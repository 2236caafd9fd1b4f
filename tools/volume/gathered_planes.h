// SPDX-License-Identifier: Apache-2.0
/// One pass over an image that cannot be read at any place: what is compressed as one stream, or comes from a parser.
#pragma once

#include <span>

#include "tools/volume/coefficients.h"

namespace crbrt::volume {

/// Reads the whole image once, piece by piece, and keeps the numbers of `voxels` (ascending). Throws InputError, also where
/// the image ends behind the last of them but before its own end.
GatheredPlanes gather(const StoredImage& image, const CoefficientPlanes& planes, std::span<const std::size_t> voxels);

}  // namespace crbrt::volume
