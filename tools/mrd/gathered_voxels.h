// SPDX-License-Identifier: Apache-2.0
/// The voxels of a group that hold signal, copied together: most of a field of view is air.
#pragma once

#include <cstddef>
#include <vector>

#include "crbrt/view.h"
#include "tools/mrd/assembly.h"

namespace crbrt::mrd {

class GatheredVoxels {
 public:
  /// capacity: most voxels that it holds.
  GatheredVoxels(std::size_t n_coeff, std::size_t capacity)
      : n_coeff_(n_coeff), capacity_(capacity), values_(2 * n_coeff * capacity) {
    voxels_.reserve(capacity);
  }

  /// Adds those of voxels first .. first + n - 1 of the group with a coefficient that is not all zero bits; there is room for
  /// n.
  void add(const CoefficientGroup& group, std::size_t first, std::size_t n);

  const std::vector<std::size_t>& voxels() const noexcept { return voxels_; }  ///< indices into the group, ascending
  Coefficients coefficients() const noexcept {
    return Coefficients::interleaved_planes(values_.data(), voxels_.size(), n_coeff_, 2 * capacity_);
  }
  std::size_t room() const noexcept { return capacity_ - voxels_.size(); }
  void clear() noexcept { voxels_.clear(); }

 private:
  void copy(const Plane& plane, std::size_t from, float* to) const;

  std::size_t n_coeff_, capacity_;
  std::vector<float> values_;  ///< [coefficient, voxel], re, im
  std::vector<std::size_t> voxels_;
  std::vector<std::uint64_t> any_;  ///< [voxel of a call] bits of all its coefficients
};

}  // namespace crbrt::mrd
