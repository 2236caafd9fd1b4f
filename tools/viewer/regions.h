// SPDX-License-Identifier: Apache-2.0
/// Regions of an atlas, and what a map holds in each of them.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/volume/grid.h"

namespace crbrt::viewer {

/// Voxels by label, 0 left out, of an image of the voxels of `grid` in any order. Throws InputError for labels that are no
/// whole numbers from 0 on, for more than 4096 of them, and for an image of other voxels.
std::map<long, std::vector<std::size_t>> read_labels(const std::string& path, const volume::Grid& grid,
                                                     volume::GridCheck check);

/// What a map holds in a region, over voxels whose status is ok; NaN where there is none. The weighted mean weighs each voxel
/// with 1 / sigma^2; its error is 1 / sqrt(sum of 1 / sigma^2), for independent errors and one value in the region.
struct RegionStatistics {
  std::size_t voxels = 0;
  double mean = 0, std = 0, p05 = 0, quartile_low = 0, median = 0, quartile_high = 0, p95 = 0;
  std::optional<double> weighted_mean, weighted_error;
};

/// values, std [voxel of the grid]; std may be empty. Voxels whose sigma is not above 0 have no weight.
RegionStatistics statistics(const std::vector<std::size_t>& voxels, const std::vector<float>& values,
                            const std::vector<float>& std, const std::vector<bool>& is_ok);

/// The value below which a share of the values lies, linear between neighbours; of none NaN. Sorts them.
double percentile(std::vector<double>& values, double share);

}  // namespace crbrt::viewer
