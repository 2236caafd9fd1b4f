// SPDX-License-Identifier: Apache-2.0
// The smallest of as many counter-based random numbers as there are voxels.
#include "tools/volume/voxel_draw.h"

#include <algorithm>
#include <utility>

#include "physics/counter_random.h"

namespace crbrt::volume {

std::vector<std::size_t> draw_voxels(const std::vector<std::size_t>& voxels, std::size_t count, std::uint64_t seed) {
  if (count >= voxels.size()) return voxels;
  std::vector<std::pair<double, std::size_t>> keyed;
  for (const std::size_t voxel : voxels)
    keyed.emplace_back(physics::CounterRandom(seed, physics::Stream::selection, voxel).uniform(), voxel);
  std::nth_element(keyed.begin(), keyed.begin() + static_cast<std::ptrdiff_t>(count), keyed.end());
  std::vector<std::size_t> drawn;
  for (std::size_t i = 0; i < count; ++i) drawn.push_back(keyed[i].second);
  std::sort(drawn.begin(), drawn.end());
  return drawn;
}

}  // namespace crbrt::volume
