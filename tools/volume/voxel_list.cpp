// SPDX-License-Identifier: Apache-2.0
// Neighbours are found by moving whole runs, not by marking voxels: a mark for each of seven million voxels costs more than the
// noise that is then estimated.
#include "tools/volume/voxel_list.h"

#include <algorithm>
#include <utility>

namespace crbrt::volume {
namespace {

std::size_t end_of(const VoxelRun& run) { return run.first + run.count; }

/// The voxels v of `voxels` with v - step (v + step where `is_above`) in `others`.
std::vector<VoxelRun> beside(std::span<const VoxelRun> voxels, std::span<const VoxelRun> others, std::size_t step,
                             bool is_above) {
  std::vector<VoxelRun> found;
  // Both sides are moved up, so that no index is negative.
  const std::size_t up = is_above ? step : 0, up_others = is_above ? 0 : step;
  for (std::size_t i = 0, j = 0; i < voxels.size() && j < others.size();) {
    const std::size_t end = end_of(voxels[i]) + up, end_others = end_of(others[j]) + up_others;
    const std::size_t first = std::max(voxels[i].first + up, others[j].first + up_others), last = std::min(end, end_others);
    if (first < last) found.push_back({first - up, last - first});
    end < end_others ? ++i : ++j;
  }
  return found;
}

}  // namespace

VoxelList::VoxelList(std::vector<VoxelRun> runs) : runs_(std::move(runs)) {
  before_.reserve(runs_.size());
  for (const VoxelRun& run : runs_) {
    before_.push_back(size_);
    size_ += run.count;
  }
}

template <class Put>
void VoxelList::for_each_run(std::size_t first, std::size_t count, const Put& put) const {
  if (count == 0) return;
  auto r = static_cast<std::size_t>(std::upper_bound(before_.begin(), before_.end(), first) - before_.begin()) - 1;
  for (std::size_t skipped = first - before_[r]; count > 0; ++r, skipped = 0) {
    const std::size_t n = std::min(count, runs_[r].count - skipped);
    put(VoxelRun{runs_[r].first + skipped, n});
    count -= n;
  }
}

void VoxelList::append_runs(std::size_t first, std::size_t count, std::vector<VoxelRun>& to) const {
  for_each_run(first, count, [&](const VoxelRun& run) { to.push_back(run); });
}

void VoxelList::append(std::size_t first, std::size_t count, std::vector<std::size_t>& to) const {
  for_each_run(first, count, [&](const VoxelRun& run) {
    for (std::size_t i = 0; i < run.count; ++i) to.push_back(run.first + i);
  });
}

std::vector<std::size_t> VoxelList::indices() const {
  std::vector<std::size_t> all;
  all.reserve(size_);
  append(0, size_, all);
  return all;
}

VoxelList with_neighbours(const VoxelList& voxels, const Shape& shape, std::size_t dimension) {
  std::size_t stride = 1;
  for (std::size_t d = 0; d < dimension; ++d) stride *= shape[d];
  const std::size_t line = stride * shape[dimension];  // voxels of the lines along the dimension that start side by side
  const std::vector<VoxelRun> one_sided = beside(voxels.runs(), voxels.runs(), stride, false);
  std::vector<VoxelRun> inside;
  for (const VoxelRun& run : beside(one_sided, voxels.runs(), stride, true)) {
    // Of every line: neither its first voxel, whose neighbour below ends the line before, nor its last.
    for (std::size_t start = run.first / line * line; start < end_of(run); start += line) {
      const std::size_t first = std::max(run.first, start + stride), end = std::min(end_of(run) + stride, start + line);
      if (first + stride < end) inside.push_back({first, end - stride - first});
    }
  }
  return VoxelList(std::move(inside));
}

VoxelList others(const VoxelList& voxels, std::size_t n_voxel) {
  std::vector<VoxelRun> left;
  std::size_t end = 0;
  for (const VoxelRun& run : voxels.runs()) {
    if (run.first > end) left.push_back({end, run.first - end});
    end = end_of(run);
  }
  if (end < n_voxel) left.push_back({end, n_voxel - end});
  return VoxelList(std::move(left));
}

}  // namespace crbrt::volume
