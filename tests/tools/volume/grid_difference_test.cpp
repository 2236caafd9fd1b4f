// SPDX-License-Identifier: Apache-2.0
// Each kind of difference is said once, of the axis that has it, whichever corner the image begins at.
#include "tools/volume/grid_difference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>

namespace crbrt::volume {
namespace {

/// Steps (1, 1.5, 3) mm, first voxel at (10, 20, 30) mm.
Grid grid_of(const Shape& shape) {
  Grid grid{shape, {}};
  grid.geometry.is_known = true;
  grid.geometry.sform_code = 1;
  grid.geometry.sform = {{{1, 0, 0, 10}, {0, 1.5, 0, 20}, {0, 0, 3, 30}}};
  return grid;
}

const Shape shape{8, 6, 4};

std::string said_of(const Grid& image) { return grid_difference(grid_of(shape), image, {"columns", "rows", "slices"}); }

TEST(GridDifference, OfExtentsNamesTheAxis) {
  EXPECT_EQ(said_of(grid_of({8, 6, 3})), "z (its slices): 3 voxels in place of 4");
  Grid other_end = grid_of({8, 6, 3});
  other_end.geometry.sform[2][3] += 3;
  EXPECT_EQ(said_of(other_end), "z (its slices): 3 voxels in place of 4");
}

TEST(GridDifference, OfPlacesIsInMillimetresAndVoxels) {
  Grid moved = grid_of(shape);
  moved.geometry.sform[1][3] -= 0.75;
  EXPECT_EQ(said_of(moved), "placed -0.75 mm along y beside it (-0.5 voxels)");
}

TEST(GridDifference, OfSpacingsNamesBoth) {
  Grid coarser = grid_of(shape);
  coarser.geometry.sform[2][2] = 3.2;
  coarser.geometry.sform[2][3] -= 1.5 * 0.2;  // the same middle
  EXPECT_EQ(said_of(coarser), "z (its slices): 3.2 mm from voxel to voxel in place of 3 mm");
}

TEST(GridDifference, OfDirectionsIsAnAngle) {
  Grid turned = grid_of(shape);
  const double angle = 2 * std::numbers::pi / 180, c = std::cos(angle), s = std::sin(angle);
  // About z and the middle, (3.5, 2.5) voxels from the first one.
  turned.geometry.sform = {
      {{c, -1.5 * s, 0, 13.5 - c * 3.5 + s * 3.75}, {s, 1.5 * c, 0, 23.75 - s * 3.5 - c * 3.75}, {0, 0, 3, 30}}};
  EXPECT_EQ(said_of(turned), "x (its columns): turned by 2 degrees; y (its rows): turned by 2 degrees");
}

// Rows and columns turned round and swapped: the first voxel is at the opposite corner, and nothing of that is a difference.
TEST(GridDifference, OfTheOrderOfStorageIsNone) {
  Grid image = grid_of({6, 8, 4});
  image.geometry.sform = {{{0, -1, 0, 17}, {-1.5, 0, 0, 27.5}, {0, 0, 3, 30.6}}};
  EXPECT_EQ(said_of(image), "placed 0.6 mm along z beside it (0.2 voxels)");
  image.geometry.sform[2][3] = 30;
  image.shape = {6, 7, 4};
  EXPECT_EQ(said_of(image), "x (its rows): 7 voxels in place of 8");
}

TEST(GridDifference, OfSeveralKindsSaysAll) {
  Grid image = grid_of({8, 5, 4});
  image.geometry.sform[0][3] += 2;
  EXPECT_EQ(said_of(image), "y (its rows): 5 voxels in place of 6; placed 2 mm along x beside it (2 voxels)");
}

TEST(GridDifference, ExtentsAreInWords) { EXPECT_EQ(extents_in_words(grid_of(shape)), "8x6x4 voxels of 1 x 1.5 x 3 mm"); }

}  // namespace
}  // namespace crbrt::volume
