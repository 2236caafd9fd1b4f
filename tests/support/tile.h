// SPDX-License-Identifier: Apache-2.0
/// Tiles of features as the kernels see them, for the kernel tests: guarded, random, with extremes mixed in.
#pragma once

#include <cfloat>
#include <random>
#include <vector>

#include "crbrt/format/layout.h"
#include "tests/support/guarded_buffer.h"

namespace crbrt::tests {

/// n standard normal values; with_extremes replaces about one in eight by +-0, denormals, tiny and huge finite numbers.
inline std::vector<float> normal_values(std::size_t n, std::uint32_t seed, bool with_extremes = false) {
  static constexpr float extremes[] = {0.0f, -0.0f, FLT_TRUE_MIN, -FLT_TRUE_MIN, FLT_MIN, 1e-20f, -1e15f, 1e15f};
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(n);
  for (float& x : values) x = with_extremes && random() % 8 == 0 ? extremes[random() % std::size(extremes)] : normal(random);
  return values;
}

/// [n_feature][tile_voxels]
inline std::vector<float> normal_tile(std::size_t n_feature, std::uint32_t seed, bool with_extremes = false) {
  return normal_values(n_feature * layout::tile_voxels, seed, with_extremes);
}

/// Bits, so that -0 differs from +0 and NaN equals itself.
inline std::vector<std::uint32_t> bits_of(const float* values, std::size_t n) {
  std::vector<std::uint32_t> bits(n);
  if (n > 0) std::memcpy(bits.data(), values, n * sizeof(float));
  return bits;
}
inline std::vector<std::uint32_t> bits_of(const GuardedBuffer<float>& buffer) { return bits_of(buffer.data(), buffer.size()); }
inline std::vector<std::uint32_t> bits_of(const std::vector<float>& values) { return bits_of(values.data(), values.size()); }

}  // namespace crbrt::tests
