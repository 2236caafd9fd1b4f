// SPDX-License-Identifier: Apache-2.0
/// Where the numbers of a call lie: pointers, extents and strides, nothing owned, nothing copied. One Session::run serves rows,
/// planes and interleaved complex numbers because it reads and writes through these views.
#pragma once

#include <cstddef>

#include "crbrt/status.h"

namespace crbrt {

/// One-dimensional view: element i is data[i * stride], i < size.
template <class T>
struct View1 {
  T* data = nullptr;       ///< element 0
  std::size_t size = 0;    ///< elements
  std::size_t stride = 1;  ///< elements from one to the next
};

/// Two-dimensional view: element (r, c) is data[r * row_stride + c * column_stride], r < rows, c < columns.
template <class T>
struct View2 {
  T* data = nullptr;              ///< element (0, 0)
  std::size_t rows = 0;           ///< e.g. voxels
  std::size_t columns = 0;        ///< e.g. outputs
  std::size_t row_stride = 0;     ///< elements from one row to the next
  std::size_t column_stride = 1;  ///< elements from one column to the next

  constexpr View2() = default;
  /// Rows one after the other.
  constexpr View2(T* data_, std::size_t rows_, std::size_t columns_) noexcept : View2(data_, rows_, columns_, columns_) {}
  /// Rows of any distance, or, with a column_stride, anything regular.
  constexpr View2(T* data_, std::size_t rows_, std::size_t columns_, std::size_t row_stride_,
                  std::size_t column_stride_ = 1) noexcept
      : data(data_), rows(rows_), columns(columns_), row_stride(row_stride_), column_stride(column_stride_) {}

  /// One plane per column: a plane holds the column's value of every row, one after the other. `plane_stride` is the distance
  /// from one plane to the next, e.g. the voxels of a whole volume where the view is a part of it.
  static constexpr View2 planes(T* data, std::size_t rows, std::size_t columns, std::size_t plane_stride) noexcept {
    return {data, rows, columns, 1, plane_stride};
  }
  /// Planes without a gap.
  static constexpr View2 planes(T* data, std::size_t rows, std::size_t columns) noexcept {
    return planes(data, rows, columns, rows);
  }
};

/// The coefficients of a batch of voxels: n_coeff complex numbers each, as 32-bit floats in any regular layout. The real part
/// of coefficient c of voxel v is real[v * voxel_stride + c * coefficient_stride]; its imaginary part is the same element of
/// imag. Four layouts have names (and kernels that load whole vectors); every other combination of strides works, one number at
/// a time.
struct Coefficients {
  const float* real = nullptr;         ///< real part of coefficient 0 of voxel 0
  const float* imag = nullptr;         ///< its imaginary part
  std::size_t n_voxel = 0;             ///< voxels
  std::size_t n_coeff = 0;             ///< complex coefficients of a voxel
  std::size_t voxel_stride = 0;        ///< floats from one voxel to the next
  std::size_t coefficient_stride = 0;  ///< floats from one coefficient to the next

  /// [n_voxel, 2 * n_coeff]: the real parts of a voxel, then its imaginary parts. row_stride >= 2 * n_coeff.
  static constexpr Coefficients rows(const float* data, std::size_t n_voxel, std::size_t n_coeff,
                                     std::size_t row_stride) noexcept {
    return {data, offset(data, n_coeff), n_voxel, n_coeff, row_stride, 1};
  }
  /// Rows without a gap.
  static constexpr Coefficients rows(const float* data, std::size_t n_voxel, std::size_t n_coeff) noexcept {
    return rows(data, n_voxel, n_coeff, 2 * n_coeff);
  }

  /// [n_voxel, n_coeff] complex numbers: re, im, re, im, ... of one voxel after the other. row_stride >= 2 * n_coeff, in
  /// floats.
  static constexpr Coefficients interleaved_rows(const float* data, std::size_t n_voxel, std::size_t n_coeff,
                                                 std::size_t row_stride) noexcept {
    return {data, offset(data, 1), n_voxel, n_coeff, row_stride, 2};
  }
  /// Rows without a gap.
  static constexpr Coefficients interleaved_rows(const float* data, std::size_t n_voxel, std::size_t n_coeff) noexcept {
    return interleaved_rows(data, n_voxel, n_coeff, 2 * n_coeff);
  }

  /// [2 * n_coeff, n_voxel]: an image of each real part, then an image of each imaginary part. plane_stride >= n_voxel.
  static constexpr Coefficients planes(const float* data, std::size_t n_voxel, std::size_t n_coeff,
                                       std::size_t plane_stride) noexcept {
    return {data, offset(data, n_coeff * plane_stride), n_voxel, n_coeff, 1, plane_stride};
  }
  /// Images without a gap.
  static constexpr Coefficients planes(const float* data, std::size_t n_voxel, std::size_t n_coeff) noexcept {
    return planes(data, n_voxel, n_coeff, n_voxel);
  }

  /// [n_coeff, n_voxel] complex numbers: an image of each coefficient, re, im, re, im, ... of one voxel after the other, as
  /// complex NIfTI and BART files hold them. plane_stride >= 2 * n_voxel, in floats.
  static constexpr Coefficients interleaved_planes(const float* data, std::size_t n_voxel, std::size_t n_coeff,
                                                   std::size_t plane_stride) noexcept {
    return {data, offset(data, 1), n_voxel, n_coeff, 2, plane_stride};
  }
  /// Images without a gap.
  static constexpr Coefficients interleaved_planes(const float* data, std::size_t n_voxel, std::size_t n_coeff) noexcept {
    return interleaved_planes(data, n_voxel, n_coeff, 2 * n_voxel);
  }

  /// Voxels first .. first + n - 1 of these; first + n <= n_voxel.
  constexpr Coefficients part(std::size_t first, std::size_t n) const noexcept {
    return {
        offset(real, first * voxel_stride), offset(imag, first * voxel_stride), n, n_coeff, voxel_stride, coefficient_stride};
  }

 private:
  static constexpr const float* offset(const float* data, std::size_t n) noexcept {
    return data != nullptr ? data + n : nullptr;  // an empty batch may have no memory
  }
};

/// Where Session::run writes. Only the estimates are needed; a view without data says that nobody wants the others, which then
/// cost nothing.
struct Results {
  View2<float> estimates;                 ///< [n_voxel, n_output] in SI units; columns in the order of Program::outputs
  View2<float> standard_deviations = {};  ///< [n_voxel, n_output] in SI units: the standard deviation of each estimate
  View1<float> atypicality = {};   ///< [n_voxel]: above Program::atypicality->threshold a voxel is unlike those of training
  View1<VoxelStatus> status = {};  ///< [n_voxel]: what happened to the voxel
  /// Standard deviation of the noise of the real and of the imaginary part of each coefficient, in the coefficients' unit. Read
  /// only where standard deviations are asked for; positive and finite there.
  float sigma = 0;
};

}  // namespace crbrt
