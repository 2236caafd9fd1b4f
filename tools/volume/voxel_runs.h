// SPDX-License-Identifier: Apache-2.0
/// Voxels that lie one after the other in the grid: what is read, kept and written together.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace crbrt::volume {

/// How many of the first voxels lie one after the other in the grid; `voxels` is not empty.
inline std::size_t contiguous(std::span<const std::size_t> voxels) noexcept {
  std::size_t n = 1;
  while (n < voxels.size() && voxels[n] == voxels[0] + n) ++n;
  return n;
}

/// Voxels first .. first + count - 1 of the grid.
struct VoxelRun {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// `voxels`, ascending indices into the grid, as the fewest runs.
inline std::vector<VoxelRun> runs_of(std::span<const std::size_t> voxels) {
  std::vector<VoxelRun> runs;
  for (; !voxels.empty(); voxels = voxels.subspan(runs.back().count)) runs.push_back({voxels[0], contiguous(voxels)});
  return runs;
}

/// Values of some voxels of a grid: those of the first run, then those of the next. All other voxels have the value
/// `elsewhere`.
template <class T>
struct RunValues {
  std::span<const VoxelRun> runs;
  std::span<const T> values;
  T elsewhere = T(0);
};

}  // namespace crbrt::volume
