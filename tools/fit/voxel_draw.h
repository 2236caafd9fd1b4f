/// A seeded random draw of voxels, for when fitting all of them takes too long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace crbrt::fit {

/// `count` of `voxels` (ascending; all of them when there are no more), ascending. Whether a voxel is drawn depends on its
/// index and the seed: the draw of 300 holds that of 200.
std::vector<std::size_t> draw_voxels(const std::vector<std::size_t>& voxels, std::size_t count, std::uint64_t seed);

}  // namespace crbrt::fit
