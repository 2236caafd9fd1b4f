// SPDX-License-Identifier: Apache-2.0
/// Voxels of 16-bit coefficients, the same everywhere: extremes, then random ones of every size.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace crbrt::tests {

/// [n_voxel, 2 * n_coeff]; n_voxel is at least 8.
inline std::vector<std::int16_t> integer_voxels(std::size_t n_voxel, std::size_t n_coeff) {
  const std::size_t width = 2 * n_coeff;
  std::vector<std::int16_t> c(n_voxel * width, 0);  // voxel 0: no signal
  const auto fill = [&](std::size_t voxel, auto value) {
    for (std::size_t f = 0; f < width; ++f) c[voxel * width + f] = static_cast<std::int16_t>(value(f));
  };
  fill(1, [](std::size_t) { return INT16_MIN; });
  fill(2, [](std::size_t) { return INT16_MAX; });
  fill(3, [](std::size_t f) { return f == 1 ? 1 : 0; });  // no phase to refer to
  fill(4, [](std::size_t f) { return f == 0 ? -1 : 0; });
  fill(5, [](std::size_t f) { return f % 2 == 0 ? INT16_MAX : INT16_MIN; });
  fill(6, [&](std::size_t f) { return f == n_coeff ? INT16_MIN : f == 0 ? 1 : 3; });
  std::mt19937 random(11);
  for (std::size_t v = 7; v < n_voxel; ++v) {
    const std::uint32_t size = random() % 16;  // bits that every coefficient loses
    fill(v, [&](std::size_t f) {
      // Later coefficients are smaller, as those of a basis from a singular value decomposition are.
      const std::size_t lost = std::min<std::size_t>(15, size + f % n_coeff / 2 % 8);
      return static_cast<std::int16_t>(random() & 0xffff) >> lost;
    });
  }
  return c;
}

}  // namespace crbrt::tests
