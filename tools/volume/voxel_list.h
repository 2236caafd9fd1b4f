// SPDX-License-Identifier: Apache-2.0
/// The voxels that a run is about: some of a grid, ascending. A brain is two million voxels in thirty thousand runs, and memory
/// that is not touched costs nothing, so the list keeps runs and hands out indices where they are worked on.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tools/volume/grid.h"
#include "tools/volume/voxel_runs.h"

namespace crbrt::volume {

class VoxelList {
 public:
  VoxelList() = default;
  /// `runs` ascend and do not overlap.
  explicit VoxelList(std::vector<VoxelRun> runs);
  /// `voxels` are ascending indices into the grid (x fastest).
  VoxelList(std::span<const std::size_t> voxels) : VoxelList(runs_of(voxels)) {}       // NOLINT: a list is a list
  VoxelList(const std::vector<std::size_t>& voxels) : VoxelList(std::span(voxels)) {}  // NOLINT: and a vector one, too
  static VoxelList all(const Shape& shape) { return VoxelList(std::vector<VoxelRun>{{0, n_voxel(shape)}}); }

  std::size_t size() const noexcept { return size_; }
  std::span<const VoxelRun> runs() const noexcept { return runs_; }

  /// Puts `count` voxels of the list, from the one with number `first` on, behind the runs in `to`.
  void append_runs(std::size_t first, std::size_t count, std::vector<VoxelRun>& to) const;
  /// The same, as indices.
  void append(std::size_t first, std::size_t count, std::vector<std::size_t>& to) const;
  /// All of them.
  std::vector<std::size_t> indices() const;

 private:
  template <class Put>
  void for_each_run(std::size_t first, std::size_t count, const Put& put) const;

  std::vector<VoxelRun> runs_;
  std::vector<std::size_t> before_;  ///< [run] voxels of the list in the runs before
  std::size_t size_ = 0;
};

/// Those of the list whose two neighbours along one dimension of the grid are in the list, too.
VoxelList with_neighbours(const VoxelList& voxels, const Shape& shape, std::size_t dimension);

/// The voxels of a grid of n_voxel that are not in the list.
VoxelList others(const VoxelList& voxels, std::size_t n_voxel);

}  // namespace crbrt::volume
