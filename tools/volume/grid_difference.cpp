// SPDX-License-Identifier: Apache-2.0
// Axes are paired by direction first; after that every number has one other to be compared with.
#include "tools/volume/grid_difference.h"

#include <Eigen/Core>
#include <Eigen/Geometry>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "base/number_text.h"

namespace crbrt::volume {
namespace {

constexpr double least_voxels = 1e-3;  // at the edge of the image: what order_in() lets pass

struct World {
  Eigen::Matrix3d axes;
  Eigen::Vector3d origin;
};

World world_of(const Grid& grid) {
  const auto affine = affine_mm(grid.geometry);
  World world;
  for (Eigen::Index r = 0; r < 3; ++r) {
    const auto& row = affine[static_cast<std::size_t>(r)];
    for (Eigen::Index c = 0; c < 3; ++c) world.axes(r, c) = row[static_cast<std::size_t>(c)];
    world.origin[r] = row[3];
  }
  return world;
}

/// [axis of the grid] the axis of the image whose direction is nearest, all three together.
std::array<Eigen::Index, 3> paired_axes(const World& grid, const World& image) {
  const Eigen::Matrix3d cosines = (grid.axes.colwise().normalized().transpose() * image.axes.colwise().normalized()).cwiseAbs();
  std::array<Eigen::Index, 3> order{0, 1, 2}, best = order;
  double largest = -1;
  do {
    const double sum = cosines(0, order[0]) + cosines(1, order[1]) + cosines(2, order[2]);
    if (sum > largest + 1e-9) largest = sum, best = order;
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

/// The image in the order of the grid's axes, each in the grid's direction.
struct Paired {
  World world;
  Shape shape{};
};

Paired in_order_of(const World& grid, const World& image, const Shape& shape, const std::array<Eigen::Index, 3>& pairs) {
  Paired paired{{image.axes, image.origin}, shape};
  for (std::size_t d = 0; d < 3; ++d) {
    const auto axis = static_cast<Eigen::Index>(d);
    paired.shape[d] = shape[static_cast<std::size_t>(pairs[d])];
    Eigen::Vector3d step = image.axes.col(pairs[d]);
    if (step.dot(grid.axes.col(axis)) < 0) {
      paired.world.origin += static_cast<double>(paired.shape[d] - 1) * step;
      step = -step;
    }
    paired.world.axes.col(axis) = step;
  }
  return paired;
}

std::string number(double value) { return base::number_text(value, "%.4g"); }

/// What is said of one axis of the grid, d.
void add_axis(const World& grid, const Shape& shape, const Paired& image, std::size_t d, const std::string& name,
              std::vector<std::string>& said) {
  const auto axis = static_cast<Eigen::Index>(d);
  const Eigen::Vector3d expected = grid.axes.col(axis), found = image.world.axes.col(axis);
  const double longest = static_cast<double>(std::max(shape[d], image.shape[d]));
  if (shape[d] != image.shape[d])
    said.push_back(name + std::to_string(image.shape[d]) + " voxels in place of " + std::to_string(shape[d]));
  if (longest <= 1) return;  // neither spacing nor direction place a single slice
  if (std::abs(found.norm() - expected.norm()) * (longest - 1) > least_voxels * expected.norm())
    said.push_back(name + number(found.norm()) + " mm from voxel to voxel in place of " + number(expected.norm()) + " mm");
  const double angle = std::atan2(expected.cross(found).norm(), expected.dot(found));
  if (angle * longest > least_voxels) said.push_back(name + "turned by " + number(angle * 180 / std::numbers::pi) + " degrees");
}

/// Of the image's place less the grid's, in mm: of the middle, or where extents differ of the nearer end.
Eigen::Vector3d moved_mm(const World& grid, const Shape& shape, const Paired& image) {
  const auto at = [](const World& world, const Shape& extents, double share) {
    Eigen::Vector3d voxel;
    for (std::size_t d = 0; d < 3; ++d) voxel[static_cast<Eigen::Index>(d)] = share * static_cast<double>(extents[d] - 1);
    return Eigen::Vector3d(world.axes * voxel + world.origin);
  };
  const auto moved = [&](double share) -> Eigen::Vector3d {
    return at(image.world, image.shape, share) - at(grid, shape, share);
  };
  if (shape == image.shape) return moved(0.5);
  const Eigen::Vector3d first = moved(0), last = moved(1);
  return first.norm() <= last.norm() ? first : last;
}

void add_place(const World& grid, const Eigen::Vector3d& moved, std::vector<std::string>& said) {
  const Eigen::Vector3d voxels = grid.axes.inverse() * moved;
  for (Eigen::Index d = 0; d < 3; ++d) {
    if (!(std::abs(voxels[d]) > least_voxels)) continue;
    said.push_back("placed " + number(voxels[d] * grid.axes.col(d).norm()) + " mm along " + "xyz"[d] + " beside it (" +
                   number(voxels[d]) + " voxels)");
  }
}

}  // namespace

std::string grid_difference(const Grid& grid, const Grid& image, const AxisNames& names) {
  const World expected = world_of(grid), found = world_of(image);
  const std::array<Eigen::Index, 3> pairs = paired_axes(expected, found);
  const Paired paired = in_order_of(expected, found, image.shape, pairs);
  std::vector<std::string> said;
  for (std::size_t d = 0; d < 3; ++d) {
    const std::string name = std::string(1, "xyz"[d]) + " (its " + names[static_cast<std::size_t>(pairs[d])] + "): ";
    add_axis(expected, grid.shape, paired, d, name, said);
  }
  add_place(expected, moved_mm(expected, grid.shape, paired), said);
  if (said.empty()) return "voxels that lie elsewhere by more than a thousandth of one";
  std::string words;
  for (const std::string& one : said) words += (words.empty() ? "" : "; ") + one;
  return words;
}

std::string extents_in_words(const Grid& grid) {
  const World world = world_of(grid);
  return text(grid.shape) + " voxels of " + number(world.axes.col(0).norm()) + " x " + number(world.axes.col(1).norm()) +
         " x " + number(world.axes.col(2).norm()) + " mm";
}

}  // namespace crbrt::volume
