// SPDX-License-Identifier: Apache-2.0
// Neighbours of voxels against all pairs of voxels, which is slow and cannot be wrong.
#include "tools/volume/voxel_neighbours.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace crbrt::volume {
namespace {

std::array<std::ptrdiff_t, 3> place_of(std::size_t voxel, const Shape& shape) {
  return {static_cast<std::ptrdiff_t>(voxel % shape[0]), static_cast<std::ptrdiff_t>(voxel / shape[0] % shape[1]),
          static_cast<std::ptrdiff_t>(voxel / (shape[0] * shape[1]))};
}

TEST(VoxelNeighbours, AreThoseOneStepAwayAlongOneAxis) {
  std::mt19937 random(1);
  for (const Shape& shape : {Shape{7, 5, 4}, Shape{6, 1, 5}, Shape{1, 4, 3}, Shape{5, 6, 1}})
    for (const double share : {0.0, 0.3, 0.8, 1.0}) {
      std::bernoulli_distribution is_listed(share);
      std::vector<std::size_t> voxels;
      for (std::size_t v = 0; v < n_voxel(shape); ++v)
        if (is_listed(random)) voxels.push_back(v);
      const VoxelNeighbours neighbours(voxels, shape);
      bool has_any = false;
      for (std::size_t i = 0; i < voxels.size(); ++i) {
        std::vector<std::size_t> expected;
        for (std::size_t j = 0; j < voxels.size(); ++j) {
          const auto a = place_of(voxels[i], shape), b = place_of(voxels[j], shape);
          std::ptrdiff_t steps = 0;
          for (std::size_t d = 0; d < 3; ++d) steps += std::abs(a[d] - b[d]);
          if (steps == 1) expected.push_back(j);
        }
        EXPECT_EQ(neighbours.of(i), expected) << text(shape) << ' ' << voxels[i];
        has_any = has_any || !expected.empty();
      }
      EXPECT_EQ(neighbours.any(), has_any) << text(shape) << ' ' << share;
    }
}

TEST(VoxelNeighbours, AListHasNone) {
  const std::vector<std::size_t> voxels{0, 1, 2, 3};
  for (const Shape& shape : {Shape{4, 1, 1}, Shape{1, 4, 1}, Shape{1, 1, 4}}) {
    const VoxelNeighbours neighbours(voxels, shape);
    EXPECT_TRUE(neighbours.of(1).empty()) << text(shape);
    EXPECT_FALSE(neighbours.any()) << text(shape);
  }
}

}  // namespace
}  // namespace crbrt::volume
