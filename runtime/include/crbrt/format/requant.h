// SPDX-License-Identifier: Apache-2.0
/// The one rounding of integer programs (docs/numerics.md): from a sum of products to the next layer's number. Every
/// instruction set, the code generator, the trainer and the freestanding code equal these functions bit for bit.
///
///   value = (saturate_s16(acc >> shift) * multiplier + 2^14) >> 15          >> rounds towards minus infinity
///
/// That is acc * multiplier / 2^(15 + shift), halves rounded up after the second shift. The first shift is made to round as
/// well by a bias that holds 2^(shift - 1) more (codegen does so). It needs no product wider than 32 bits, and 16-bit lanes
/// have it as one instruction: pmulhrsw (x86), sqrdmulh (Arm), i16x8.q15mulr_sat_s (WebAssembly).
#pragma once

#include <cstdint>

namespace crbrt {

/// Legal: shift 0 .. 31, multiplier 0 .. 32767.
struct Requant {
  std::int32_t shift;       ///< the first shift, before the sum saturates to 16 bits
  std::int32_t multiplier;  ///< what the saturated sum is multiplied by, in units of 2^-15
};

inline constexpr std::int32_t s16_max = 32767;   ///< the largest number of 16 signed bits
inline constexpr std::int32_t s16_min = -32768;  ///< the smallest number of 16 signed bits
inline constexpr std::int32_t u8_max = 255;      ///< the largest number of 8 unsigned bits
inline constexpr std::int32_t shift_max = 31;    ///< the largest legal shift

/// x, or the nearer end of [low, high].
constexpr std::int32_t saturate(std::int32_t x, std::int32_t low, std::int32_t high) noexcept {
  return x < low ? low : x > high ? high : x;
}

/// Always in the range of s16, because multiplier < 2^15.
constexpr std::int32_t requantize(std::int32_t acc, Requant r) noexcept {
  return (saturate(acc >> r.shift, s16_min, s16_max) * r.multiplier + (1 << 14)) >> 15;
}

/// The mean of a group of s16 from their sum, (sum >> shift) * multiplier / 2^14: a factor of up to 2, which sizes that are no
/// power of two need. Always in the range of s16 where mean_fits (integer_bounds.h).
constexpr std::int32_t mean_of_sum(std::int32_t sum, Requant r) noexcept {
  return ((sum >> r.shift) * r.multiplier + (1 << 13)) >> 14;
}

/// requantize, saturated to 0 .. 255.
constexpr std::uint8_t requantize_u8(std::int32_t acc, Requant r) noexcept {
  return static_cast<std::uint8_t>(saturate(requantize(acc, r), 0, u8_max));
}

/// requantize as 16 bits, which it always fits.
constexpr std::int16_t requantize_s16(std::int32_t acc, Requant r) noexcept {
  return static_cast<std::int16_t>(requantize(acc, r));
}

// Ties go up, on both sides of zero; the first shift rounds down.
static_assert(requantize(1, {0, 16384}) == 1 && requantize(-1, {0, 16384}) == 0);
static_assert(requantize(3, {0, 16384}) == 2 && requantize(-3, {0, 16384}) == -1);
static_assert(requantize(5, {0, 16384}) == 3 && requantize(-5, {0, 16384}) == -2);
static_assert(requantize(7, {2, 32767}) == 1 && requantize(-7, {2, 32767}) == -2);
static_assert(requantize(-1, {31, 32767}) == -1 && requantize(INT32_MAX, {31, 32767}) == 0);
// What leaves the 16 bits of the first shift saturates before it is multiplied.
static_assert(requantize(INT32_MAX, {0, 32767}) == 32766 && requantize(INT32_MIN, {0, 32767}) == -32767);
static_assert(requantize(32767, {0, 32767}) == 32766 && requantize(32768, {0, 32767}) == 32766);
static_assert(requantize_u8(-1, {0, 32767}) == 0 && requantize_u8(256, {0, 32767}) == 255 &&
              requantize_u8(254, {0, 32767}) == 254);
static_assert(requantize(INT32_MIN, {0, 0}) == 0);
// Means of 4, and of 6, whose 2^17 / 6 is rounded down.
static_assert(mean_of_sum(4 * 32767, {2, 16384}) == 32767 && mean_of_sum(4 * -32768, {2, 16384}) == -32768);
static_assert(mean_of_sum(6 * 32767, {3, 21845}) == 32766 && mean_of_sum(6 * -32768, {3, 21845}) == -32767);
static_assert(mean_of_sum(6, {3, 21845}) == 0 && mean_of_sum(6 * 1000, {3, 21845}) == 1000);

}  // namespace crbrt
