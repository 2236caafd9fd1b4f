// SPDX-License-Identifier: Apache-2.0
// Lists of runs against the marks of single voxels, which are slow and cannot be wrong.
#include "tools/volume/voxel_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace crbrt::volume {
namespace {

constexpr Shape shape{7, 5, 4};
constexpr std::size_t n_grid = 7 * 5 * 4;

std::vector<std::size_t> random_voxels(std::mt19937& random, double share) {
  std::bernoulli_distribution is_listed(share);
  std::vector<std::size_t> voxels;
  for (std::size_t v = 0; v < n_grid; ++v)
    if (is_listed(random)) voxels.push_back(v);
  return voxels;
}

std::vector<bool> marks_of(const std::vector<std::size_t>& voxels) {
  std::vector<bool> marks(n_grid);
  for (const std::size_t v : voxels) marks[v] = true;
  return marks;
}

TEST(VoxelList, GivesBackItsVoxelsWholeAndInParts) {
  std::mt19937 random(1);
  for (const double share : {0.0, 0.1, 0.5, 0.9, 1.0}) {
    const std::vector<std::size_t> voxels = random_voxels(random, share);
    const VoxelList list(voxels);
    EXPECT_EQ(list.size(), voxels.size());
    EXPECT_EQ(list.indices(), voxels);
    std::vector<std::size_t> parts, of_runs;
    std::vector<VoxelRun> runs;
    for (std::size_t first = 0; first < voxels.size(); first += 3) {
      const std::size_t count = std::min<std::size_t>(3, voxels.size() - first);
      list.append(first, count, parts);
      list.append_runs(first, count, runs);
    }
    for (const VoxelRun& run : runs)
      for (std::size_t i = 0; i < run.count; ++i) of_runs.push_back(run.first + i);
    EXPECT_EQ(of_runs, voxels);
    EXPECT_EQ(parts, voxels);
  }
  EXPECT_EQ(VoxelList::all({3, 1, 1}).indices(), (std::vector<std::size_t>{0, 1, 2}));
}

TEST(VoxelList, NeighboursDoNotReachAroundTheEndsOfLines) {
  std::mt19937 random(2);
  const std::array<std::size_t, 3> stride{1, 7, 35};
  for (const double share : {0.3, 0.7, 0.95, 1.0}) {
    const std::vector<std::size_t> voxels = random_voxels(random, share);
    const std::vector<bool> is_listed = marks_of(voxels);
    for (std::size_t d = 0; d < 3; ++d) {
      std::vector<std::size_t> expected;
      for (const std::size_t v : voxels) {
        const std::size_t at = v / stride[d] % shape[d];
        if (at > 0 && at + 1 < shape[d] && is_listed[v - stride[d]] && is_listed[v + stride[d]]) expected.push_back(v);
      }
      EXPECT_EQ(with_neighbours(voxels, shape, d).indices(), expected) << "dimension " << d << ", share " << share;
    }
  }
}

TEST(VoxelList, ADimensionOfOneVoxelHasNoNeighbours) {
  EXPECT_EQ(with_neighbours(VoxelList::all({4, 1, 3}), {4, 1, 3}, 1).size(), 0u);
  EXPECT_EQ(with_neighbours(VoxelList::all({4, 3, 1}), {4, 3, 1}, 2).size(), 0u);
}

TEST(VoxelList, OthersAreWhatIsNotListed) {
  std::mt19937 random(3);
  for (const double share : {0.0, 0.5, 1.0}) {
    const std::vector<std::size_t> voxels = random_voxels(random, share);
    const std::vector<bool> is_listed = marks_of(voxels);
    std::vector<std::size_t> expected;
    for (std::size_t v = 0; v < n_grid; ++v)
      if (!is_listed[v]) expected.push_back(v);
    EXPECT_EQ(others(voxels, n_grid).indices(), expected);
  }
}

}  // namespace
}  // namespace crbrt::volume
