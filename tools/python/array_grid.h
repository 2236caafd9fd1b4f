// SPDX-License-Identifier: Apache-2.0
/// A NumPy array of coefficients as the mapping and the fits read it: voxels in the order in which they lie in memory, whatever
/// its strides, and no copy of more than a batch.
#pragma once

#include <pybind11/numpy.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crbrt/view.h"
#include "tools/volume/voxel_list.h"

namespace crbrt::python {

/// Throws TypeError and ValueError in the words of the programs: what was expected, what was found.
class ArrayGrid {
 public:
  /// coefficients: complex64 or complex128, n_coeff along the last axis, or along the first with order "coefficient_first";
  /// the other axes are the grid, none of them for a single voxel. n_coeff 0: whatever the array has.
  ArrayGrid(const pybind11::array& coefficients, std::size_t n_coeff, const std::string& order, const std::string& whose);

  std::size_t n_coeff() const noexcept { return n_coeff_; }
  const std::vector<pybind11::ssize_t>& shape() const noexcept { return shape_; }  ///< of the grid
  std::size_t n_voxel() const noexcept { return n_voxel_; }

  /// The voxels, by their numbers in memory order, for which the mask (bool or integers, shape of the grid) is not zero; all
  /// without a mask.
  volume::VoxelList listed(const std::optional<pybind11::array>& mask) const;

  /// An array of zeros of the grid's shape whose element of voxel v, by that number, is data[v]. Memory that nobody writes to
  /// is never touched.
  template <class T>
  pybind11::array_t<T> zeros() const {
    return pybind11::array_t<T>(zeros_of(pybind11::dtype::of<T>()));
  }

  /// The same of one value; zeros leave memory untouched.
  pybind11::array_t<float> filled(float fill) const;

  /// The coefficients of these voxels (ascending runs, one at least): where they lie, or gathered in `memory`. Needs no GIL.
  Coefficients view(std::span<const volume::VoxelRun> runs, std::vector<float>& memory) const;

 private:
  struct Axis {
    std::size_t axis;                ///< of the grid
    pybind11::ssize_t size, stride;  ///< bytes
  };

  pybind11::object zeros_of(const pybind11::dtype& dtype) const;
  static pybind11::ssize_t offset_in(const std::vector<Axis>& axes, std::size_t voxel) noexcept;  ///< bytes
  Coefficients gather(std::span<const volume::VoxelRun> runs, std::size_t n, std::vector<float>& memory) const;

  const char* data_ = nullptr;
  bool is_double_ = false;
  std::size_t n_coeff_ = 0, n_voxel_ = 1;
  pybind11::ssize_t coefficient_stride_ = 0;
  std::vector<pybind11::ssize_t> shape_;
  std::vector<Axis> axes_;  ///< from the largest stride to the smallest
  bool is_even_ = false;    ///< one stride takes from each voxel to the next, and the runtime can read where they lie
};

}  // namespace crbrt::python
