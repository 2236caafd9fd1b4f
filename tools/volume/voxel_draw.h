// SPDX-License-Identifier: Apache-2.0
/// A random choice of voxels that does not change with how many are drawn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace crbrt::volume {

/// `count` of `voxels` (ascending; all of them when there are no more), ascending. Every voxel gets a random number of its
/// index and the seed, and the smallest are drawn: the draw of 300 holds that of 200.
std::vector<std::size_t> draw_voxels(const std::vector<std::size_t>& voxels, std::size_t count, std::uint64_t seed);

}  // namespace crbrt::volume
