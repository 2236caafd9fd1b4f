// SPDX-License-Identifier: Apache-2.0
/// The voxel grid of an image and where it lies in the world, as NIfTI describes it; and whether another image has the same.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace crbrt::volume {

/// Extents along x, y and z; a two-dimensional image is a single slice.
using Shape = std::array<std::size_t, 3>;

inline std::size_t n_voxel(const Shape& shape) noexcept { return shape[0] * shape[1] * shape[2]; }
/// Extents of 1 do not change how numbers lie in memory: a list is a list, whether its file calls it a row or a column.
std::vector<std::size_t> without_ones(std::span<const std::size_t> extents);

inline std::string text(const Shape& shape) {
  return std::to_string(shape[0]) + "x" + std::to_string(shape[1]) + "x" + std::to_string(shape[2]);
}

/// The qform, sform, spacing and unit of a NIfTI header, carried from input to output unchanged.
struct Geometry {
  bool is_known = false;  ///< the file says where it lies; else the rest is the default, and only extents can be compared
  int qform_code = 0;
  int sform_code = 2;  ///< aligned: what a plain identity means when nothing is known about the scanner
  int xyz_units = 2;   ///< millimetres
  double qfac = 1;
  std::array<double, 3> spacing{1, 1, 1};
  std::array<double, 3> quatern{0, 0, 0};
  std::array<double, 3> qoffset{0, 0, 0};
  std::array<std::array<double, 4>, 3> sform{{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}};

  bool operator==(const Geometry&) const = default;
};

/// The default geometry is the identity at 1 mm: files of BART and MATLAB carry none.
struct Grid {
  Shape shape{1, 1, 1};
  Geometry geometry;
};

/// How two images are compared: by where their voxels lie in the world, or by their extents alone (--ignore-geometry).
enum class GridCheck { world, extents };

/// In which order an image stores the voxels of a grid: some axes may be flipped, and they may be permuted.
struct StorageOrder {
  Shape extents{1, 1, 1};                ///< of the image
  std::array<std::ptrdiff_t, 3> step{};  ///< in the grid's numbering of voxels, for one voxel along each axis of the image
  std::size_t first = 0;                 ///< the grid's number of the image's first voxel
  bool is_same = true;                   ///< the grid's own order

  /// The grid's number of a voxel of the image; both count x fastest.
  std::size_t operator()(std::size_t voxel) const noexcept;
};

/// How `image` stores the voxels of `grid`; empty where it does not have the same voxels: other extents, or a corner that lies
/// more than 1e-3 of a voxel (and what single precision rounds away) from every place that it could have in the grid. Of a
/// grid whose sform and qform differ, an image may lie where either says; the form of the kind that the image uses comes
/// first. Images without a known geometry, and those checked by their extents alone, are as the grid where the extents of more
/// than one voxel are equal.
std::optional<StorageOrder> order_in(const Grid& grid, const Grid& image, GridCheck check);

/// The same, and what to say where there is none. Throws InputError "FILE: expected WHAT on the grid ..., found ...".
StorageOrder expect_order_in(const Grid& grid, const Grid& image, GridCheck check, const std::string& file,
                             const std::string& what);

/// For images that have to be stored in the very order of the grid: the coefficients beside maps, the image that --like names.
void expect_same_grid(const Grid& grid, const Grid& image, GridCheck check, const std::string& file, const std::string& what);

/// Throws InputError for a form in use that no voxel can lie in: numbers that are not finite, or axes that span no space.
void expect_usable_geometry(const Geometry& geometry, const std::string& file);

/// What is odd about a geometry that is carried over all the same, or nothing: an sform and a qform that differ, a sheared
/// sform.
std::string geometry_warning(const Grid& grid);

/// [row][column] from a voxel to millimetres: the sform where it has a code, else the qform, else the identity.
std::array<std::array<double, 4>, 3> affine_mm(const Geometry& geometry);

/// "12x10x3 voxels, first at (60, -40.5, 12.25) mm, steps (1.8, -0.3, 0.2) (0.1, 1.2, 0.8) (-1, 0.2, 2.8) mm"
std::string text(const Grid& grid);

}  // namespace crbrt::volume
