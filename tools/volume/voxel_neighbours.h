// SPDX-License-Identifier: Apache-2.0
/// Who lies beside whom: the neighbours of a voxel in the grid, among the voxels that a run is about.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tools/volume/grid.h"

namespace crbrt::volume {

class VoxelNeighbours {
 public:
  /// `voxels` are ascending indices into the grid (x fastest), and must outlive this. A grid of one extent beyond 1 is a list
  /// of voxels, which are nobody's neighbours.
  VoxelNeighbours(std::span<const std::size_t> voxels, const Shape& shape);

  std::size_t n_voxel() const noexcept { return voxels_.size(); }

  /// The numbers in the list of those that share a face with voxel `number` of it, ascending.
  std::vector<std::size_t> of(std::size_t number) const;

  /// Whether any voxel has a neighbour.
  bool any() const;

 private:
  std::span<const std::size_t> voxels_;
  Shape shape_;
  bool is_list_;
};

}  // namespace crbrt::volume
