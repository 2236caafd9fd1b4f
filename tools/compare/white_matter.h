// SPDX-License-Identifier: Apache-2.0
/// A crude white-matter mask from the coefficients alone, so that no segmentation is needed to look at a result.
#pragma once

#include <cstddef>
#include <vector>

#include "tools/volume/coefficients.h"
#include "tools/volume/grid.h"

namespace crbrt::compare {

/// Voxels of `marked` (ascending indices) whose neighbours up to `margin` voxels away are all marked, along every dimension of
/// more than one voxel. What lies outside the grid is not marked.
std::vector<std::size_t> eroded(const std::vector<std::size_t>& marked, const volume::Shape& shape, std::size_t margin);

/// The third of `voxels` with the lowest |c3| / |c1| (the third coefficient over the first): white matter, for sequences
/// whose third basis vector sees the slowly relaxing water. Ascending indices. Throws DisagreementError for an image of fewer
/// than three coefficients.
std::vector<std::size_t> white_matter(const volume::CoefficientImage& image, const std::vector<std::size_t>& voxels);

}  // namespace crbrt::compare
