// SPDX-License-Identifier: Apache-2.0
// Looked up where they are asked for, so that two million voxels need no table of them.
#include "tools/volume/voxel_neighbours.h"

#include <algorithm>
#include <array>

namespace crbrt::volume {

VoxelNeighbours::VoxelNeighbours(std::span<const std::size_t> voxels, const Shape& shape)
    : voxels_(voxels), shape_(shape), is_list_(without_ones(shape).size() < 2) {}

std::vector<std::size_t> VoxelNeighbours::of(std::size_t number) const {
  std::vector<std::size_t> found;
  if (is_list_) return found;
  const std::size_t voxel = voxels_[number];
  const auto add = [&](std::size_t neighbour) {
    const auto at = std::lower_bound(voxels_.begin(), voxels_.end(), neighbour);
    if (at != voxels_.end() && *at == neighbour) found.push_back(static_cast<std::size_t>(at - voxels_.begin()));
  };
  const std::array<std::size_t, 3> stride{1, shape_[0], shape_[0] * shape_[1]};
  const auto place = [&](std::size_t d) { return voxel / stride[d] % shape_[d]; };
  for (std::size_t d = 3; d-- > 0;)
    if (place(d) > 0) add(voxel - stride[d]);
  for (std::size_t d = 0; d < 3; ++d)
    if (place(d) + 1 < shape_[d]) add(voxel + stride[d]);
  return found;
}

bool VoxelNeighbours::any() const {
  for (std::size_t number = 0; number < voxels_.size(); ++number)
    if (!of(number).empty()) return true;
  return false;
}

}  // namespace crbrt::volume
