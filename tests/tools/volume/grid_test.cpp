// SPDX-License-Identifier: Apache-2.0
// Two images have the same voxels where these lie in the same places, however they are stored; all else is told apart.
#include "tools/volume/grid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "tests/tools/volume/expect_error.h"

namespace crbrt::tests {
namespace {

using volume::Geometry;
using volume::Grid;
using volume::GridCheck;
using volume::Shape;
using Rows = std::array<std::array<double, 4>, 3>;

constexpr Rows oblique{{{1.7, 0.3, -0.5, 60}, {-0.4, 1.2, 0.8, -40.5}, {0.6, -0.3, 2.7, 12.25}}};

Grid sform_grid(const Shape& shape, const Rows& rows) {
  Geometry g;
  g.is_known = true;
  g.sform_code = 1;
  g.sform = rows;
  return {shape, g};
}

/// Turned by `angle` about z, in steps of 2 mm, as a qform.
Grid qform_grid(const Shape& shape, double angle, double x = 0) {
  Geometry g;
  g.is_known = true;
  g.qform_code = 1;
  g.sform_code = 0;
  g.spacing = {2, 2, 2};
  g.quatern = {0, 0, static_cast<double>(static_cast<float>(std::sin(angle / 2)))};
  g.qoffset = {x, 0, 0};
  return {shape, g};
}

/// The same place as qform_grid(), as an sform.
Grid turned_grid(const Shape& shape, double angle) {
  const double c = 2 * std::cos(angle), s = 2 * std::sin(angle);
  return sform_grid(shape, {{{c, -s, 0, 0}, {s, c, 0, 0}, {0, 0, 2, 0}}});
}

/// The image whose axis d runs along axis[d] of the grid, backwards where flips has the bit.
Grid reordered(const Grid& grid, const std::array<std::size_t, 3>& axis, unsigned flips) {
  Shape shape{};
  Rows rows{};
  for (std::size_t r = 0; r < 3; ++r) rows[r][3] = grid.geometry.sform[r][3];
  for (std::size_t d = 0; d < 3; ++d) {
    shape[d] = grid.shape[axis[d]];
    const bool is_flipped = (flips >> d & 1) != 0;
    for (std::size_t r = 0; r < 3; ++r) {
      const double step = grid.geometry.sform[r][axis[d]];
      rows[r][d] = is_flipped ? -step : step;
      if (is_flipped) rows[r][3] += step * static_cast<double>(shape[d] - 1);
    }
  }
  return sform_grid(shape, rows);
}

std::array<double, 3> place(const Grid& grid, std::size_t voxel) {
  const Shape& n = grid.shape;
  const std::array<std::size_t, 3> at{voxel % n[0], voxel / n[0] % n[1], voxel / n[0] / n[1]};
  std::array<double, 3> x{};
  for (std::size_t r = 0; r < 3; ++r) {
    x[r] = grid.geometry.sform[r][3];
    for (std::size_t d = 0; d < 3; ++d) x[r] += grid.geometry.sform[r][d] * static_cast<double>(at[d]);
  }
  return x;
}

// A qform that mirrors the sform fits an image in the world of the sform as well, on the wrong side.
TEST(GridOrder, FormsOfAKindBelongTogether) {
  Grid grid = sform_grid({4, 3, 5}, {{{2, 0, 0, -3}, {0, 2, 0, 0}, {0, 0, 2, 0}}});
  grid.geometry.qform_code = 1;
  grid.geometry.spacing = {2, 2, 2};
  grid.geometry.quatern = {0, 1, 0};  // half a turn about y: x and z run backwards
  grid.geometry.qoffset = {3, 0, 8};
  const Grid by_sform = reordered(sform_grid(grid.shape, grid.geometry.sform), {0, 1, 2}, 0b101);
  const auto order = volume::order_in(grid, by_sform, GridCheck::world);
  ASSERT_TRUE(order);
  EXPECT_FALSE(order->is_same);
  EXPECT_EQ((*order)(0), 3u + 4 * 3 * 4);
  Grid by_qform = grid;
  by_qform.geometry.sform_code = 0;
  const auto same = volume::order_in(grid, by_qform, GridCheck::world);
  ASSERT_TRUE(same);
  EXPECT_TRUE(same->is_same);
}

TEST(Geometry, ASpacingThatIsNoneIsRefusedAndALongQuaternionTold) {
  for (const double bad : {0.0, -2.0, std::nan(""), static_cast<double>(INFINITY)}) {
    Grid grid = qform_grid({4, 3, 5}, 0.3);
    grid.geometry.spacing[0] = bad;
    expect_error(base::exit_input, {"x.nii", "a positive pixdim"},
                 [&] { volume::expect_usable_geometry(grid.geometry, "x.nii"); });
  }
  Grid grid = qform_grid({4, 3, 5}, 0.3);
  EXPECT_EQ(volume::geometry_warning(grid), "");
  grid.geometry.quatern = {0, 0, 1.2};
  EXPECT_NE(volume::geometry_warning(grid).find("its quaternion is longer than 1 (1.2)"), std::string::npos);
}

// All 48 ways to store a grid. The right answer is computed from places alone: both voxels lie within 1e-9 mm of each other.
TEST(GridOrder, EveryFlipAndPermutationIsPutRight) {
  const Grid grid = sform_grid({4, 3, 5}, oblique);
  std::array<std::size_t, 3> axis{0, 1, 2};
  do {
    for (unsigned flips = 0; flips < 8; ++flips) {
      const Grid image = reordered(grid, axis, flips);
      const auto order = volume::order_in(grid, image, GridCheck::world);
      ASSERT_TRUE(order);
      EXPECT_EQ(order->is_same, flips == 0 && std::is_sorted(axis.begin(), axis.end()));
      for (std::size_t v = 0; v < volume::n_voxel(image.shape); ++v) {
        const auto a = place(image, v), b = place(grid, (*order)(v));
        for (std::size_t r = 0; r < 3; ++r) ASSERT_NEAR(a[r], b[r], 1e-9);
      }
    }
  } while (std::next_permutation(axis.begin(), axis.end()));
}

// The last corner moves by the change of a step times 11 voxels; steps of oblique along y are 1.27 mm.
TEST(GridOrder, AThousandthOfAVoxelIsTheSameAndMoreIsNot) {
  const Shape shape{10, 12, 8};
  const Grid grid = sform_grid(shape, oblique);
  const auto shifted = [&](double mm) {
    Rows rows = oblique;
    rows[0][3] += mm;
    return volume::order_in(grid, sform_grid(shape, rows), GridCheck::world).has_value();
  };
  EXPECT_TRUE(shifted(0.5e-3));
  EXPECT_FALSE(shifted(5e-3));
  EXPECT_FALSE(shifted(0.5));
  Rows stretched = oblique;
  stretched[1][1] += 1e-3;  // 11e-3 mm at the far end
  EXPECT_FALSE(volume::order_in(grid, sform_grid(shape, stretched), GridCheck::world));
}

// 40,000 voxels: single precision leaves 4e-3 mm of the far end.
TEST(GridOrder, WhatSinglePrecisionRoundsAwayIsNoDifference) {
  Rows far = {{{1.1, 0, 0, 40000.3}, {0, 1, 0, 0}, {0, 0, 1, 0}}}, rounded = far;
  for (auto& row : rounded)
    for (double& x : row) x = static_cast<double>(static_cast<float>(x));
  EXPECT_TRUE(volume::order_in(sform_grid({40000, 1, 1}, far), sform_grid({40000, 1, 1}, rounded), GridCheck::world));
}

// A quaternion of floats says little about the rest of half a turn: the same place must be recognised, 1 degree must not pass.
TEST(GridOrder, AQformIsComparedWithAnSform) {
  const Shape shape{100, 80, 30};
  for (const double angle : {0.0, 0.3, 1.5, 3.1, 3.141, 3.14159}) {
    EXPECT_TRUE(volume::order_in(qform_grid(shape, angle), turned_grid(shape, angle), GridCheck::world)) << angle;
    EXPECT_TRUE(volume::order_in(turned_grid(shape, angle), qform_grid(shape, angle), GridCheck::world)) << angle;
    EXPECT_FALSE(volume::order_in(qform_grid(shape, angle), turned_grid(shape, angle - 0.0175), GridCheck::world)) << angle;
  }
}

TEST(GridOrder, MicrometresAndMillimetresAreCompared) {
  Rows micrometres = oblique;
  for (auto& row : micrometres)
    for (double& x : row) x *= 1000;
  Grid image = sform_grid({4, 3, 5}, micrometres);
  image.geometry.xyz_units = 3;
  EXPECT_TRUE(volume::order_in(sform_grid({4, 3, 5}, oblique), image, GridCheck::world));
}

TEST(GridOrder, TheThicknessOfASingleSliceDoesNotMatter) {
  Rows thick = oblique;
  for (auto& row : thick) row[2] *= -3;
  EXPECT_TRUE(volume::order_in(sform_grid({4, 3, 1}, oblique), sform_grid({4, 3, 1}, thick), GridCheck::world).value().is_same);
}

TEST(GridOrder, WithoutAPlaceExtentsDecide) {
  const Grid grid = sform_grid({4, 3, 5}, oblique), nowhere{{4, 3, 5}, {}}, mirror = reordered(grid, {0, 1, 2}, 1);
  EXPECT_TRUE(volume::order_in(grid, nowhere, GridCheck::world).value().is_same);
  EXPECT_TRUE(volume::order_in(nowhere, grid, GridCheck::world).value().is_same);
  EXPECT_FALSE(volume::order_in(grid, {{3, 4, 5}, {}}, GridCheck::world));
  EXPECT_FALSE(volume::order_in(grid, mirror, GridCheck::world).value().is_same);
  EXPECT_TRUE(volume::order_in(grid, mirror, GridCheck::extents).value().is_same);
}

TEST(GridOrder, WhereBothFormsDifferAnImageMayLieWhereEitherSays) {
  const Shape shape{10, 8, 6};
  Grid grid = qform_grid(shape, 0.3);
  grid.geometry.sform_code = 2;
  grid.geometry.sform = turned_grid(shape, 1.0).geometry.sform;
  EXPECT_TRUE(volume::order_in(grid, turned_grid(shape, 1.0), GridCheck::world));
  EXPECT_TRUE(volume::order_in(grid, turned_grid(shape, 0.3), GridCheck::world));
  EXPECT_FALSE(volume::order_in(grid, turned_grid(shape, 0.6), GridCheck::world));
}

TEST(GridOrder, TheErrorNamesBothPlaces) {
  Rows rows = oblique;
  rows[2][3] += 4;
  expect_error(base::exit_input,
               {"m.nii: expected a mask on the grid of 4x3x5 voxels, first at (60, -40.5, 12.25) mm",
                "found 4x3x5 voxels, first at (60, -40.5, 16.25) mm", "--ignore-geometry"},
               [&] {
                 volume::expect_order_in(sform_grid({4, 3, 5}, oblique), sform_grid({4, 3, 5}, rows), GridCheck::world, "m.nii",
                                         "a mask");
               });
  const Grid grid = sform_grid({4, 3, 5}, oblique);
  expect_error(base::exit_input, {"c.nii: expected coefficients stored in the order of"}, [&] {
    volume::expect_same_grid(grid, reordered(grid, {0, 1, 2}, 4), GridCheck::world, "c.nii", "coefficients");
  });
}

TEST(GridGeometry, AffinesWithoutSpaceAreRefused) {
  const auto refuse = [](Rows rows, const char* found) {
    expect_error(base::exit_input, {"in.nii: expected an affine of finite numbers whose axes span space (sform)", found}, [&] {
      volume::expect_usable_geometry(sform_grid({2, 2, 2}, rows).geometry, "in.nii");
    });
  };
  Rows rows = oblique;
  rows[1][3] = std::numeric_limits<double>::quiet_NaN();
  refuse(rows, "found a number that is not finite");
  rows = oblique;
  for (auto& row : rows) row[1] = 0;
  refuse(rows, "(0, 0, 0)");
  rows = oblique;
  for (auto& row : rows) row[2] = row[0] - 2 * row[1];
  refuse(rows, "found steps (1.7, -0.4, 0.6)");
  volume::expect_usable_geometry(sform_grid({2, 2, 2}, oblique).geometry, "in.nii");
}

TEST(GridGeometry, OddButUsableGeometryIsTold) {
  const Shape shape{10, 8, 6};
  Grid grid = qform_grid(shape, 0.3);
  EXPECT_EQ(volume::geometry_warning(grid), "");
  grid.geometry.sform_code = 2;
  grid.geometry.sform = turned_grid(shape, 0.3).geometry.sform;
  EXPECT_EQ(volume::geometry_warning(grid), "");
  grid.geometry.sform[0][3] += 2.5;
  const std::string differ = volume::geometry_warning(grid);
  EXPECT_NE(differ.find("its sform (code 2) and qform (code 1) place voxels up to 2.5 mm apart"), std::string::npos) << differ;
  EXPECT_NE(differ.find("ITK takes the qform for sform codes 2 to 4, others take the sform"), std::string::npos) << differ;
  EXPECT_NE(volume::geometry_warning(sform_grid(shape, {{{2, 0.5, 0, 0}, {0, 2, 0, 0}, {0, 0, 2, 0}}})).find("sheared"),
            std::string::npos);
  EXPECT_EQ(volume::geometry_warning({shape, {}}), "");
}

}  // namespace
}  // namespace crbrt::tests
