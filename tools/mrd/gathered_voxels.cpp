// SPDX-License-Identifier: Apache-2.0
// Two passes over a piece that stays in the cache: which voxels hold anything, then their numbers. What is no air lies in runs.
#include "tools/mrd/gathered_voxels.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "tools/volume/voxel_runs.h"

namespace crbrt::mrd {
namespace {

std::uint64_t word_at(const std::byte* numbers, std::size_t i) noexcept {
  std::uint64_t word;
  std::memcpy(&word, numbers + i * sizeof(word), sizeof(word));
  return word;
}

constexpr std::uint64_t no_signs_of_floats = 0x7fffffff7fffffff, no_sign_of_double = 0x7fffffffffffffff;

}  // namespace

void GatheredVoxels::add(const CoefficientGroup& group, std::size_t first, std::size_t n) {
  any_.assign(n, 0);
  for (const Plane& plane : group.planes) {
    const std::byte* const numbers = plane.numbers;
    if (plane.is_double) {
      for (std::size_t v = 0; v < n; ++v)
        any_[v] |= (word_at(numbers, 2 * (first + v)) | word_at(numbers, 2 * (first + v) + 1)) & no_sign_of_double;
    } else {
      for (std::size_t v = 0; v < n; ++v) any_[v] |= word_at(numbers, first + v) & no_signs_of_floats;
    }
  }
  const std::size_t before = voxels_.size();
  for (std::size_t v = 0; v < n; ++v)
    if (any_[v] != 0) voxels_.push_back(first + v);
  for (std::size_t k = 0; k < n_coeff_; ++k) copy(group.planes[k], before, values_.data() + 2 * k * capacity_);
}

/// The numbers of voxels `from`, `from` + 1, ... of the list; `to`: the plane.
void GatheredVoxels::copy(const Plane& plane, std::size_t from, float* to) const {
  std::span<const std::size_t> rest = std::span(voxels_).subspan(from);
  to += 2 * from;
  while (!rest.empty()) {
    const std::size_t run = volume::contiguous(rest);
    if (plane.is_double) {
      for (std::size_t i = 0; i < 2 * run; ++i) {
        double number;
        std::memcpy(&number, plane.numbers + (2 * rest[0] + i) * sizeof(number), sizeof(number));
        to[i] = static_cast<float>(number);
      }
    } else {
      std::memcpy(to, plane.numbers + 2 * rest[0] * sizeof(float), 2 * run * sizeof(float));
    }
    to += 2 * run;
    rest = rest.subspan(run);
  }
}

}  // namespace crbrt::mrd
