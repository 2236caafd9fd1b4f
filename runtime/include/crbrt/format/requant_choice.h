// SPDX-License-Identifier: Apache-2.0
/// Which shift and multiplier an integer layer gets: chosen in double by who writes integer models (code generator, trainer).
/// The runtime includes none of this; it does what was chosen (requant.h).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "crbrt/format/layout.h"
#include "crbrt/format/requant.h"

namespace crbrt {

/// Requantisation reaches what its multiplier is, 2^14 at least: more of 16 bits is not used.
inline constexpr double used_s16 = (1 << 14) - 1;

/// Values that calibration did not see may be this much larger: 14 bits have room for them.
inline constexpr double s16_headroom = 1.5;

/// What makes the first shift round instead of going down: the bias of a sum holds it.
constexpr std::int32_t first_shift_half(const Requant& r) noexcept {
  return r.shift == 0 ? 0 : std::int32_t{1} << (r.shift - 1);
}

/// Real value of one step of what `r` makes of sums in units of `sum_scale`.
inline double scale_after(const Requant& r, double sum_scale) noexcept {
  return std::ldexp(sum_scale, 15 + r.shift) / r.multiplier;
}

/// From sums in units of `sum_scale` to integers in units of about `out_scale`, which is set to what the integers really mean.
/// The first shift is the smallest that keeps everything that is not clipped anyway in 16 bits.
inline Requant requant_to(double sum_scale, Number out, double& out_scale) noexcept {
  const double most = out == Number::u8 ? u8_max + 0.5 : used_s16;
  const double ratio = sum_scale / out_scale;
  Requant r{0, 0};
  while (r.shift < shift_max && std::ldexp(most / ratio, -r.shift) > s16_max) ++r.shift;
  r.multiplier = static_cast<std::int32_t>(std::clamp(std::nearbyint(std::ldexp(ratio, 15 + r.shift)), 1.0, double{s16_max}));
  out_scale = scale_after(r, sum_scale);
  return r;
}

}  // namespace crbrt
