/// The portable vocabulary: one voxel per vector, no fused multiply-add. It defines what a primitive means; the other
/// instruction sets do the same in every lane.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/src/isa/bit_cast.h"
#include "runtime/src/isa/fixed_scalar.h"
#include "runtime/src/isa/quad.h"

namespace crbrt::scalar {

struct Ops : QuadOps<Ops>, FixedOps {
  using Vec = float;
  static constexpr std::size_t lanes = 1;
  static constexpr std::size_t dense_vectors = 8;  ///< vectors of voxels in a register tile of `dense`
  static constexpr std::size_t preprocess_vectors = 4;

  static Vec load(const float* p) noexcept { return *p; }
  static void store(float* p, Vec x) noexcept { *p = x; }
  /// Four neighbouring floats of `lanes` rows: column c of all of them in columns[c].
  static void load_columns(const float* rows, std::size_t stride, Vec (&columns)[4]) noexcept {
    static_cast<void>(stride);  // one row
    for (std::size_t c = 0; c < 4; ++c) columns[c] = rows[c];
  }
  static Vec broadcast(float x) noexcept { return x; }
  static Vec mul_add(Vec a, Vec b, Vec c) noexcept { return a * b + c; }  ///< two roundings (-ffp-contract=off)
  static Vec sqrt(Vec x) noexcept { return __builtin_sqrtf(x); }
  static Vec abs(Vec x) noexcept { return __builtin_fabsf(x); }
  static Vec max(Vec a, Vec b) noexcept { return select(a > b, a, b); }  ///< b where they are equal or one is NaN

  /// The larger of |x| and size (not negative) by their bits: NaN and infinity are above all numbers and are never lost.
  static Vec max_magnitude(Vec x, Vec size) noexcept {
    const auto a = bit_cast<std::uint32_t>(x) & 0x7fffffffu, b = bit_cast<std::uint32_t>(size);
    return bit_cast<float>(a > b ? a : b);
  }

  /// mask ? a : b, as bits: of `a > 0 ? a : 0` GCC 12 makes a branch that real data mispredicts half of the time.
  static Vec select(bool mask, Vec a, Vec b) noexcept {
    const std::uint32_t keep = mask ? ~std::uint32_t{0} : 0;
    return bit_cast<float>((bit_cast<std::uint32_t>(a) & keep) | (bit_cast<std::uint32_t>(b) & ~keep));
  }

  static std::uint32_t bits(bool mask) noexcept { return mask ? 1u : 0u; }  ///< bit l: lane l

  /// 2^-e for |x| in [2^e, 2^(e+1)), but at least 2^-126, so that it is a normal number for every x.
  static Vec inverse_power_of_two(Vec x) noexcept {
    const auto exponent = bit_cast<std::uint32_t>(x) & 0x7f800000u;
    return bit_cast<float>(exponent < 0x7e800000u ? 0x7f000000u - exponent : 0x00800000u);
  }

  /// e and m of a positive normal x = 2^e * m, m in [1, 2).
  static Vec exponent(Vec x) noexcept {
    return static_cast<float>(static_cast<std::int32_t>(bit_cast<std::uint32_t>(x) >> 23) - 127);
  }
  static Vec mantissa(Vec x) noexcept { return bit_cast<float>((bit_cast<std::uint32_t>(x) & 0x007fffffu) | 0x3f800000u); }

  /// 2^n for a whole n in [-126, 127]; anything for another n. Adding 1.5 * 2^23 leaves n in the last bits.
  static Vec power_of_two(Vec n) noexcept {
    return bit_cast<float>((bit_cast<std::uint32_t>(n + 0x1.8p23f) << 23) + 0x3f800000u);
  }
};

}  // namespace crbrt::scalar
