// SPDX-License-Identifier: Apache-2.0
// Axes sorted by their strides.
#include "tools/python/array_grid.h"

#include <pybind11/stl.h>

#include <algorithm>
#include <complex>
#include <cstdint>
#include <cstring>

namespace py = pybind11;

namespace crbrt::python {
namespace {

std::string text_of(const std::vector<py::ssize_t>& shape) {
  std::string text = "(";
  for (const py::ssize_t n : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(n);
  return text + ")";
}

std::string dtype_of(const py::array& array) { return py::str(array.dtype()).cast<std::string>(); }

}  // namespace

ArrayGrid::ArrayGrid(const py::array& coefficients, std::size_t n_coeff, const std::string& order, const std::string& whose) {
  if (order != "coefficient_last" && order != "coefficient_first")
    throw py::value_error("order: expected coefficient_last or coefficient_first, found " + order);
  is_double_ = coefficients.dtype().equal(py::dtype::of<std::complex<double>>());
  if (!is_double_ && !coefficients.dtype().equal(py::dtype::of<std::complex<float>>()))
    throw py::type_error("coefficients: expected complex64 or complex128, found " + dtype_of(coefficients));
  if (coefficients.ndim() == 0) throw py::value_error("coefficients: expected an axis of coefficients, found a single number");
  const bool is_last = order == "coefficient_last";
  const py::ssize_t n_axis = coefficients.ndim(), of_coefficients = is_last ? n_axis - 1 : 0;
  n_coeff_ = static_cast<std::size_t>(coefficients.shape(of_coefficients));
  if (n_coeff != 0 && n_coeff_ != n_coeff)
    throw py::value_error("coefficients: expected " + std::to_string(n_coeff) + " along the " + (is_last ? "last" : "first") +
                          " axis, as many as " + whose + " has, found " + std::to_string(n_coeff_) + " (order is " + order +
                          ")");
  data_ = static_cast<const char*>(coefficients.data());
  coefficient_stride_ = coefficients.strides(of_coefficients);
  for (py::ssize_t a = 0; a < n_axis; ++a) {
    if (a == of_coefficients) continue;
    axes_.push_back({shape_.size(), coefficients.shape(a), coefficients.strides(a)});
    shape_.push_back(coefficients.shape(a));
    n_voxel_ *= static_cast<std::size_t>(coefficients.shape(a));
  }
  std::stable_sort(axes_.begin(), axes_.end(),
                   [](const Axis& a, const Axis& b) { return std::abs(a.stride) > std::abs(b.stride); });
  // The runtime counts strides in floats, from each voxel to the next.
  py::ssize_t expected = 0;
  is_even_ = !is_double_ && coefficient_stride_ > 0 && coefficient_stride_ % static_cast<py::ssize_t>(sizeof(float)) == 0;
  for (std::size_t i = axes_.size(); i-- > 0;) {
    if (axes_[i].size == 1) continue;
    const py::ssize_t stride = axes_[i].stride;
    is_even_ = is_even_ && stride > 0 && stride % static_cast<py::ssize_t>(sizeof(float)) == 0 &&
               (expected == 0 || stride == expected);
    expected = stride * axes_[i].size;
  }
  is_even_ = is_even_ && reinterpret_cast<std::uintptr_t>(data_) % alignof(float) == 0;
}

py::object ArrayGrid::zeros_of(const py::dtype& dtype) const {
  std::vector<py::ssize_t> sizes, axes(axes_.size());
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    sizes.push_back(axes_[i].size);
    axes[axes_[i].axis] = static_cast<py::ssize_t>(i);
  }
  return py::module_::import("numpy").attr("zeros")(sizes, dtype).attr("transpose")(axes);
}

py::array_t<float> ArrayGrid::filled(float fill) const {
  auto array = zeros<float>();
  if (fill != 0) std::fill_n(array.mutable_data(), n_voxel_, fill);
  return array;
}

volume::VoxelList ArrayGrid::listed(const std::optional<py::array>& mask) const {
  if (!mask) return volume::VoxelList(std::vector<volume::VoxelRun>{{0, n_voxel_}});
  const std::vector<py::ssize_t> shape(mask->shape(), mask->shape() + mask->ndim());
  if (shape != shape_)
    throw py::value_error("mask: expected the grid's shape " + text_of(shape_) + ", found " + text_of(shape));
  if (const char kind = mask->dtype().kind(); kind != 'b' && kind != 'i' && kind != 'u')
    throw py::type_error("mask: expected bool or integers, found " + dtype_of(*mask));
  // Numbers of one byte are read where they lie.
  const py::array is_set = mask->itemsize() == 1 ? *mask : py::array_t<bool, py::array::forcecast>::ensure(*mask);
  const char* const first = static_cast<const char*>(is_set.data());
  std::vector<Axis> axes = axes_;
  for (Axis& axis : axes) axis.stride = is_set.strides(static_cast<py::ssize_t>(axis.axis));
  const std::size_t row = axes.empty() ? 1 : static_cast<std::size_t>(axes.back().size);
  const py::ssize_t step = axes.empty() ? 0 : axes.back().stride;
  std::vector<volume::VoxelRun> runs;
  for (std::size_t v = 0; v < n_voxel_; v += row) {
    const char* at = first + offset_in(axes, v);
    for (std::size_t i = 0; i < row; ++i, at += step) {
      if (*at == 0) continue;
      if (runs.empty() || runs.back().first + runs.back().count != v + i) runs.push_back({v + i, 0});
      ++runs.back().count;
    }
  }
  return volume::VoxelList(std::move(runs));
}

py::ssize_t ArrayGrid::offset_in(const std::vector<Axis>& axes, std::size_t voxel) noexcept {
  py::ssize_t offset = 0;
  for (std::size_t i = axes.size(); i-- > 0; voxel /= static_cast<std::size_t>(axes[i].size))
    offset += static_cast<py::ssize_t>(voxel % static_cast<std::size_t>(axes[i].size)) * axes[i].stride;
  return offset;
}

Coefficients ArrayGrid::view(std::span<const volume::VoxelRun> runs, std::vector<float>& memory) const {
  std::size_t n = 0;
  for (const volume::VoxelRun& run : runs) n += run.count;
  if (!is_even_ || runs.size() > 1) return gather(runs, n, memory);
  const py::ssize_t stride = n_voxel_ > 1 ? offset_in(axes_, 1) : 0;
  const float* const real = reinterpret_cast<const float*>(data_ + offset_in(axes_, runs[0].first));
  return {real,
          real + 1,
          n,
          n_coeff_,
          static_cast<std::size_t>(stride) / sizeof(float),
          static_cast<std::size_t>(coefficient_stride_) / sizeof(float)};
}

namespace {

/// n complex numbers, a stride of bytes apart, as floats.
void copy_floats(const char* from, py::ssize_t stride, bool is_double, std::size_t n, float* to) {
  if (!is_double && stride == static_cast<py::ssize_t>(2 * sizeof(float))) {
    std::memcpy(to, from, n * 2 * sizeof(float));
    return;
  }
  for (std::size_t i = 0; i < n; ++i, from += stride, to += 2) {
    if (is_double) {
      double value[2];
      std::memcpy(value, from, sizeof value);
      to[0] = static_cast<float>(value[0]);
      to[1] = static_cast<float>(value[1]);
    } else {
      std::memcpy(to, from, 2 * sizeof(float));
    }
  }
}

}  // namespace

/// In the order of memory: voxel by voxel where the coefficients of a voxel lie together, else plane by plane.
Coefficients ArrayGrid::gather(std::span<const volume::VoxelRun> runs, std::size_t n, std::vector<float>& memory) const {
  memory.resize(2 * n * n_coeff_);
  const std::size_t row = axes_.empty() ? 1 : static_cast<std::size_t>(axes_.back().size);
  const py::ssize_t step = axes_.empty() ? 0 : axes_.back().stride;
  struct Piece {
    const char* from;
    std::size_t count;
  };
  std::vector<Piece> pieces;  // of runs, which do not reach over the end of the last axis
  for (const volume::VoxelRun& run : runs)
    for (std::size_t done = 0; done < run.count; done += pieces.back().count)
      pieces.push_back(
          {data_ + offset_in(axes_, run.first + done), std::min(run.count - done, row - (run.first + done) % row)});
  float* to = memory.data();
  if (std::abs(coefficient_stride_) < std::abs(step)) {
    for (const Piece& piece : pieces)
      for (std::size_t i = 0; i < piece.count; ++i, to += 2 * n_coeff_)
        copy_floats(piece.from + static_cast<py::ssize_t>(i) * step, coefficient_stride_, is_double_, n_coeff_, to);
    return Coefficients::interleaved_rows(memory.data(), n, n_coeff_);
  }
  for (std::size_t k = 0; k < n_coeff_; ++k)
    for (const Piece& piece : pieces) {
      copy_floats(piece.from + static_cast<py::ssize_t>(k) * coefficient_stride_, step, is_double_, piece.count, to);
      to += 2 * piece.count;
    }
  return Coefficients::interleaved_planes(memory.data(), n, n_coeff_);
}

}  // namespace crbrt::python
