/// The voxel grid of an image and where it lies in space, as NIfTI describes it.
#pragma once

#include <array>
#include <cstddef>
#include <string>

namespace crbrt::volume {

/// Extents along x, y and z; a two-dimensional image is a single slice.
using Shape = std::array<std::size_t, 3>;

inline std::size_t n_voxel(const Shape& shape) noexcept { return shape[0] * shape[1] * shape[2]; }
inline std::string text(const Shape& shape) {
  return std::to_string(shape[0]) + "x" + std::to_string(shape[1]) + "x" + std::to_string(shape[2]);
}

/// The qform, sform, spacing and unit of a NIfTI header, carried from input to output unchanged.
struct Geometry {
  int qform_code = 0;
  int sform_code = 2;  ///< aligned: what a plain identity means when nothing is known about the scanner
  int xyz_units = 2;   ///< millimetres
  double qfac = 1;
  std::array<double, 3> spacing{1, 1, 1};
  std::array<double, 3> quatern{0, 0, 0};
  std::array<double, 3> qoffset{0, 0, 0};
  std::array<std::array<double, 4>, 3> sform{{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}};
};

/// The default geometry is the identity at 1 mm: files of BART and MATLAB carry none.
struct Grid {
  Shape shape{1, 1, 1};
  Geometry geometry;
};

}  // namespace crbrt::volume
