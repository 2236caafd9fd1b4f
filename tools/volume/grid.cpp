// SPDX-License-Identifier: Apache-2.0
// Positions are compared at the corners: the difference of two affine maps is largest there.
#include "tools/volume/grid.h"

#include <nifti/nifti1.h>

#include <Eigen/Core>
#include <Eigen/Geometry>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "base/error.h"
#include "base/number_text.h"
#include "tools/volume/geometry_remedy.h"

namespace crbrt::volume {
namespace {

constexpr double tolerance_voxel = 1e-3;
constexpr double single_epsilon = 0x1p-23;  // forms are stored as floats

/// x = axes * (i, j, k) + origin, in millimetres.
struct World {
  Eigen::Matrix3d axes = Eigen::Matrix3d::Identity();
  Eigen::Vector3d origin = Eigen::Vector3d::Zero();
  double angle_error = 0;  ///< radians; of the rotation, as a quaternion of three floats leaves it

  Eigen::Vector3d at(const Eigen::Vector3d& voxel) const { return axes * voxel + origin; }
  /// How far rounding may have moved a voxel.
  double rounding(const Eigen::Vector3d& voxel) const {
    const Eigen::Vector3d sum = axes.cwiseAbs() * voxel + origin.cwiseAbs();
    return single_epsilon * sum.norm() + angle_error * (axes * voxel).norm();
  }
};

double millimetres_per_unit(int xyz_units) {
  if (xyz_units == NIFTI_UNITS_METER) return 1000;
  return xyz_units == NIFTI_UNITS_MICRON ? 0.001 : 1;
}

World sform_of(const Geometry& g) {
  World world;
  for (Eigen::Index r = 0; r < 3; ++r) {
    const auto& row = g.sform[static_cast<std::size_t>(r)];
    for (Eigen::Index c = 0; c < 3; ++c) world.axes(r, c) = row[static_cast<std::size_t>(c)];
    world.origin[r] = row[3];
  }
  world.axes *= millimetres_per_unit(g.xyz_units);
  world.origin *= millimetres_per_unit(g.xyz_units);
  return world;
}

/// A quaternion of length 1 or more is half a turn, of which libnifti takes the direction alone; so do we.
Eigen::Quaterniond rotation_of(const Geometry& g) {
  const Eigen::Vector3d vector(g.quatern[0], g.quatern[1], g.quatern[2]);
  const double a2 = 1 - vector.squaredNorm();
  if (a2 < 1e-7) return Eigen::Quaterniond(0, vector[0], vector[1], vector[2]).normalized();
  return {std::sqrt(a2), vector[0], vector[1], vector[2]};
}

World qform_of(const Geometry& g) {
  const auto step = [&](std::size_t d) { return g.spacing[d] > 0 ? g.spacing[d] : 1; };
  const Eigen::Vector3d steps(step(0), step(1), g.qfac < 0 ? -step(2) : step(2));
  World world;
  world.axes = rotation_of(g).toRotationMatrix() * steps.asDiagonal() * millimetres_per_unit(g.xyz_units);
  world.origin = Eigen::Vector3d(g.qoffset[0], g.qoffset[1], g.qoffset[2]) * millimetres_per_unit(g.xyz_units);
  // a = sqrt(1 - b^2 - c^2 - d^2) of b, c and d that are rounded: near half a turn a is small, and its error e / (2 a) large.
  const double e = 2 * single_epsilon;
  const double a2 = 1 - g.quatern[0] * g.quatern[0] - g.quatern[1] * g.quatern[1] - g.quatern[2] * g.quatern[2];
  world.angle_error = 2 * (a2 > e ? e / (2 * std::sqrt(a2)) : std::sqrt(e));
  return world;
}

/// What most programs take: the sform where it has a code, else the qform.
World world_of(const Geometry& g) {
  if (g.sform_code > 0) return sform_of(g);
  return g.qform_code > 0 ? qform_of(g) : World{};
}

std::array<Eigen::Vector3d, 8> corners_of(const Shape& shape) {
  std::array<Eigen::Vector3d, 8> corners;
  for (std::size_t i = 0; i < corners.size(); ++i)
    for (std::size_t d = 0; d < 3; ++d)
      corners[i][static_cast<Eigen::Index>(d)] = (i >> d & 1) != 0 ? static_cast<double>(shape[d] - 1) : 0;
  return corners;
}

/// For each axis of an image the grid's axis that it runs along, and whether backwards.
struct AxisMap {
  std::array<std::size_t, 3> axis{};
  std::array<bool, 3> is_flipped{};
};

/// Axes of one voxel have no direction; they go along what is left.
std::optional<AxisMap> axis_map(const Eigen::Matrix3d& voxels_per_voxel, const Shape& grid, const Shape& image) {
  AxisMap map;
  std::array<bool, 3> is_taken{};
  for (const bool is_single : {false, true})
    for (std::size_t d = 0; d < 3; ++d) {
      if ((image[d] == 1) != is_single) continue;
      Eigen::Index along = 0;
      if (is_single) {
        while (along < 2 && (is_taken[static_cast<std::size_t>(along)] || grid[static_cast<std::size_t>(along)] != 1)) ++along;
      } else {
        voxels_per_voxel.col(static_cast<Eigen::Index>(d)).cwiseAbs().maxCoeff(&along);
      }
      const auto axis = static_cast<std::size_t>(along);
      if (is_taken[axis] || grid[axis] != image[d]) return std::nullopt;
      is_taken[axis] = true;
      map.axis[d] = axis;
      map.is_flipped[d] = !is_single && voxels_per_voxel(along, static_cast<Eigen::Index>(d)) < 0;
    }
  return map;
}

StorageOrder storage_order(const AxisMap& map, const Shape& grid, const Shape& image) {
  const std::array<std::size_t, 3> stride{1, grid[0], grid[0] * grid[1]};
  StorageOrder order{image, {}, 0, true};
  for (std::size_t d = 0; d < 3; ++d) {
    const auto step = static_cast<std::ptrdiff_t>(stride[map.axis[d]]);
    order.step[d] = map.is_flipped[d] ? -step : step;
    if (map.is_flipped[d]) order.first += (image[d] - 1) * stride[map.axis[d]];
    order.is_same = order.is_same && !map.is_flipped[d] && (map.axis[d] == d || image[d] == 1);
  }
  return order;
}

std::optional<StorageOrder> order_between(const World& grid, const Shape& grid_shape, const World& image,
                                          const Shape& image_shape) {
  const Eigen::Matrix3d to_grid = grid.axes.inverse();
  if (!to_grid.allFinite() || !image.axes.allFinite() || !image.origin.allFinite()) return std::nullopt;
  const auto map = axis_map(to_grid * image.axes, grid_shape, image_shape);
  if (!map) return std::nullopt;
  const double voxels_per_mm = to_grid.rowwise().norm().maxCoeff();
  for (const Eigen::Vector3d& corner : corners_of(image_shape)) {
    Eigen::Vector3d expected;
    for (std::size_t d = 0; d < 3; ++d) {
      const double i = corner[static_cast<Eigen::Index>(d)];
      expected[static_cast<Eigen::Index>(map->axis[d])] = map->is_flipped[d] ? static_cast<double>(image_shape[d] - 1) - i : i;
    }
    const Eigen::Vector3d off = to_grid * (image.at(corner) - grid.at(expected));
    const double rounding = voxels_per_mm * (image.rounding(corner) + grid.rounding(expected));
    if (!(off.cwiseAbs().maxCoeff() <= tolerance_voxel + rounding)) return std::nullopt;
  }
  return storage_order(*map, grid_shape, image_shape);
}

/// The largest distance between the places of one voxel in both worlds, in voxels beyond what rounding explains, and in mm.
struct Distance {
  double voxels = 0;
  double mm = 0;
};

Distance distance(const World& a, const World& b, const Shape& shape) {
  const double shortest = a.axes.colwise().norm().minCoeff();
  Distance largest;
  for (const Eigen::Vector3d& corner : corners_of(shape)) {
    const double mm = (a.at(corner) - b.at(corner)).norm();
    largest.mm = std::max(largest.mm, mm);
    largest.voxels = std::max(largest.voxels, (mm - a.rounding(corner) - b.rounding(corner)) / shortest);
  }
  return largest;
}

std::string number(double value) { return base::number_text(std::abs(value) < 5e-7 ? 0 : value, "%.6g"); }

std::string text(const Eigen::Vector3d& v) {
  return std::string("(").append(number(v[0])).append(", ").append(number(v[1])).append(", ").append(number(v[2])).append(")");
}

std::string steps(const World& world) {
  std::string words = "steps";
  for (Eigen::Index d = 0; d < 3; ++d) words.append(" ").append(text(Eigen::Vector3d(world.axes.col(d))));
  return words.append(" mm");
}

}  // namespace

std::vector<std::size_t> without_ones(std::span<const std::size_t> extents) {
  std::vector<std::size_t> result;
  std::copy_if(extents.begin(), extents.end(), std::back_inserter(result), [](std::size_t extent) { return extent != 1; });
  return result;
}

std::array<std::array<double, 4>, 3> affine_mm(const Geometry& geometry) {
  const World world = world_of(geometry);
  std::array<std::array<double, 4>, 3> affine{};
  for (std::size_t r = 0; r < 3; ++r) {
    const auto row = static_cast<Eigen::Index>(r);
    for (std::size_t c = 0; c < 3; ++c) affine[r][c] = world.axes(row, static_cast<Eigen::Index>(c));
    affine[r][3] = world.origin[row];
  }
  return affine;
}

std::size_t StorageOrder::operator()(std::size_t voxel) const noexcept {
  const std::size_t plane = extents[0] * extents[1];
  const std::array<std::size_t, 3> at{voxel % extents[0], voxel % plane / extents[0], voxel / plane};
  auto number = static_cast<std::ptrdiff_t>(first);
  for (std::size_t d = 0; d < 3; ++d) number += step[d] * static_cast<std::ptrdiff_t>(at[d]);
  return static_cast<std::size_t>(number);
}

std::optional<StorageOrder> order_in(const Grid& grid, const Grid& image, GridCheck check) {
  const Geometry &g = grid.geometry, &i = image.geometry;
  if (check == GridCheck::extents || !g.is_known || !i.is_known || g == i) {
    if (without_ones(grid.shape) != without_ones(image.shape)) return std::nullopt;
    return storage_order({{0, 1, 2}, {}}, image.shape, image.shape);
  }
  // Forms of a kind belong together: where sform and qform mirror each other, the other one fits, too, and is the wrong side.
  std::vector<World> worlds{world_of(g)};
  if (g.sform_code > 0 && g.qform_code > 0) worlds.insert(i.sform_code > 0 ? worlds.end() : worlds.begin(), qform_of(g));
  for (const World& world : worlds)
    if (const auto order = order_between(world, grid.shape, world_of(i), image.shape)) return order;
  return std::nullopt;
}

StorageOrder expect_order_in(const Grid& grid, const Grid& image, GridCheck check, const std::string& file,
                             const std::string& what) {
  const std::optional<StorageOrder> order = order_in(grid, image, check);
  if (order) return *order;
  if (check == GridCheck::extents || !grid.geometry.is_known || !image.geometry.is_known)
    throw base::InputError(file, what + " of " + text(grid.shape), text(image.shape));
  throw base::InputError(file, what + " on the grid of " + text(grid), text(image) + remedy_for_another_place);
}

void expect_same_grid(const Grid& grid, const Grid& image, GridCheck check, const std::string& file, const std::string& what) {
  if (expect_order_in(grid, image, check, file, what).is_same) return;
  throw base::InputError(file, what + " stored in the order of " + text(grid), text(image));
}

void expect_usable_geometry(const Geometry& geometry, const std::string& file) {
  for (const double spacing : geometry.spacing) {
    if (geometry.qform_code <= 0 || (spacing > 0 && std::isfinite(spacing))) continue;
    throw base::InputError(file, "a positive pixdim of the qform's axes", number(spacing) + remedy_for_no_place);
  }
  const auto expect_usable = [&](const char* form, const World& world) {
    const std::string expected = std::string("an affine of finite numbers whose axes span space (") + form + ")";
    if (!world.axes.allFinite() || !world.origin.allFinite())
      throw base::InputError(file, expected, std::string("a number that is not finite") + remedy_for_no_place);
    // Of unit axes the determinant is the volume that they span: 1 at right angles, 0 in a plane.
    const double volume = std::abs(world.axes.colwise().normalized().determinant());
    if (!(volume > 1e-6) || !(world.axes.colwise().norm().minCoeff() > 0)) {
      throw base::InputError(file, expected, steps(world).append(remedy_for_no_place));
    }
  };
  if (geometry.sform_code > 0) expect_usable("sform", sform_of(geometry));
  if (geometry.qform_code > 0) expect_usable("qform", qform_of(geometry));
}

std::string geometry_warning(const Grid& grid) {
  const Geometry& g = grid.geometry;
  if (g.qform_code > 0) {
    const double square = g.quatern[0] * g.quatern[0] + g.quatern[1] * g.quatern[1] + g.quatern[2] * g.quatern[2];
    if (square > 1 + 3 * single_epsilon)
      return "its quaternion is longer than 1 (" + number(std::sqrt(square)) +
             "); the maps carry it as it is: libnifti shortens it, nibabel refuses such images";
  }
  if (!g.is_known || g.sform_code <= 0) return "";
  const World sform = sform_of(g);
  if (g.qform_code > 0) {
    const Distance apart = distance(sform, qform_of(g), grid.shape);
    if (apart.voxels > tolerance_voxel)
      return "its sform (code " + std::to_string(g.sform_code) + ") and qform (code " + std::to_string(g.qform_code) +
             ") place voxels up to " + number(apart.mm) +
             " mm apart; the maps carry both as they are: ITK takes the qform for sform codes 2 to 4, others take the sform";
  }
  const Eigen::Matrix3d unit = sform.axes.colwise().normalized();
  const double cosine = std::max(
      {std::abs(unit.col(0).dot(unit.col(1))), std::abs(unit.col(0).dot(unit.col(2))), std::abs(unit.col(1).dot(unit.col(2)))});
  if (cosine < 1e-3) return "";
  return "its sform is sheared (two axes have a cosine of " + number(cosine) +
         "); the maps carry it as it is, and programs that need right angles refuse it or take the qform";
}

std::string text(const Grid& grid) {
  const World world = world_of(grid.geometry);
  return text(grid.shape).append(" voxels, first at ").append(text(world.origin)).append(" mm, ").append(steps(world));
}

}  // namespace crbrt::volume
