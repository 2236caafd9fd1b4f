// SPDX-License-Identifier: Apache-2.0
/// The integer reciprocal square root of group_norm_s16: constexpr, so that code generator and tests have what kernels compute.
///
///   v          1 .. 2^31 - 1
///   half       the largest h with v * 4^h < 2^31
///   root       2^22 / sqrt(m) with m = (v * 4^half) >> 15, in [2^14, 2^16): a chord and three steps of Newton's method
///
/// so that 1 / sqrt(v) = root * 2^(half - 29.5), within 1e-4 (tested over all m).
#pragma once

#include <cstdint>

namespace crbrt {

/// 1 / sqrt(v) = root * 2^(half - 29.5).
struct InverseRoot {
  std::int32_t half;  ///< 0 .. 15
  std::int32_t root;  ///< 0 .. 32767
};

/// The largest root: what 16 signed bits hold.
inline constexpr std::int32_t root_max = 32767;

/// 2^22 / sqrt(m). Each product stays below 2^31: m * t < 1.2 * 2^30 as the chord is at most 9 % too large.
constexpr std::int32_t inverse_root_of_mantissa(std::int32_t m) noexcept {
  std::int32_t y = 36029 - ((m * 21845) >> 16);
  for (int step = 0; step < 3; ++step) {
    const std::int32_t square = (y * y) >> 14;
    const std::int32_t u = (m * square) >> 15;  // 2^15 where y is exact
    y = (y * ((98304 - u) >> 1)) >> 15;
  }
  return y < root_max ? y : root_max;
}

/// Of v in 1 .. 2^31 - 1.
constexpr InverseRoot inverse_root(std::int32_t v) noexcept {
  std::int32_t half = 0;
  for (std::int32_t step = 8; step > 0; step /= 2)
    if (v < 1 << (31 - 2 * step)) {
      v <<= 2 * step;
      half += step;
    }
  return {half, inverse_root_of_mantissa(v >> 15)};
}

static_assert(inverse_root(1).half == 15 && inverse_root(INT32_MAX).half == 0);

}  // namespace crbrt
