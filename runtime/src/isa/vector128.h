// SPDX-License-Identifier: Apache-2.0
/// The vocabulary of scalar.h in four lanes, for machines whose xsimd is none or not exact (xsimd 8.1 has no WebAssembly, and
/// on NEON its division and square root are approximations and its maximum spreads NaN). Vectors are those of GCC and clang,
/// whose operators round as the scalar ones do. What differs between machines is in the header of the instruction set; `Own` is
/// its Ops, so that nothing emitted here is shared between two instruction sets.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/format/layout.h"
#include "runtime/src/isa/bit_cast.h"
#include "runtime/src/isa/quad.h"

namespace crbrt {

/// The instructions that TransposedRows (quad.h) asks for.
template <class Own>
struct RowInstructions128 {
  using Floats [[gnu::vector_size(16)]] = float;

  static Floats load_rows(const float* row, std::size_t) noexcept {
    Floats x;
    __builtin_memcpy(&x, row, sizeof x);
    return x;
  }
  static Floats unpack_low(Floats a, Floats b) noexcept { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
  static Floats unpack_high(Floats a, Floats b) noexcept { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }
  static Floats first_pairs(Floats a, Floats b) noexcept { return __builtin_shufflevector(a, b, 0, 1, 4, 5); }
  static Floats second_pairs(Floats a, Floats b) noexcept { return __builtin_shufflevector(a, b, 2, 3, 6, 7); }
};

template <class Own>
struct Vector128Ops : QuadOps<Own>, TransposedRows<RowInstructions128<Own>> {
  using Vec [[gnu::vector_size(16)]] = float;
  using Mask [[gnu::vector_size(16)]] = std::int32_t;  ///< -1 or 0 in every lane, as comparisons give it
  using Bits [[gnu::vector_size(16)]] = std::uint32_t;
  static constexpr std::size_t lanes = 4;
  static constexpr std::size_t row_stride = layout::tile_voxels;

  static Vec load(const float* p) noexcept { return *reinterpret_cast<const Vec*>(p); }
  static void store(float* p, Vec x) noexcept { *reinterpret_cast<Vec*>(p) = x; }
  static Vec load_anywhere(const float* p) noexcept {
    Vec x;
    __builtin_memcpy(&x, p, sizeof x);
    return x;
  }
  static void store_anywhere(float* p, Vec x) noexcept { __builtin_memcpy(p, &x, sizeof x); }
  static void load_pairs(const float* p, Vec (&parts)[2]) noexcept {
    const Vec a = load_anywhere(p), b = load_anywhere(p + 4);
    parts[0] = __builtin_shufflevector(a, b, 0, 2, 4, 6);
    parts[1] = __builtin_shufflevector(a, b, 1, 3, 5, 7);
  }
  static Vec broadcast(float x) noexcept { return Vec{x, x, x, x}; }
  static Vec abs(Vec x) noexcept { return as_float(as_bits(x) & 0x7fffffffu); }
  static Vec max(Vec a, Vec b) noexcept { return select(a > b, a, b); }
  static Vec max_magnitude(Vec x, Vec size) noexcept {
    const Bits a = as_bits(x) & 0x7fffffffu, b = as_bits(size);
    const Bits keep = bit_cast<Bits>(bit_cast<Mask>(a) > bit_cast<Mask>(b));
    return as_float((a & keep) | (b & ~keep));
  }
  static Vec select(Mask mask, Vec a, Vec b) noexcept {
    const Bits keep = bit_cast<Bits>(mask);
    return as_float((as_bits(a) & keep) | (as_bits(b) & ~keep));
  }

  static Vec inverse_power_of_two(Vec x) noexcept {
    const Bits exponent = as_bits(x) & 0x7f800000u;
    const Bits keep = bit_cast<Bits>(exponent < 0x7e800000u);
    return as_float(((0x7f000000u - exponent) & keep) | (0x00800000u & ~keep));
  }

  static Vec exponent(Vec x) noexcept { return __builtin_convertvector(bit_cast<Mask>(as_bits(x) >> 23) - 127, Vec); }
  static Vec mantissa(Vec x) noexcept { return as_float((as_bits(x) & 0x007fffffu) | 0x3f800000u); }
  static Vec power_of_two(Vec n) noexcept { return as_float((as_bits(n + 0x1.8p23f) << 23) + 0x3f800000u); }

 private:
  static Bits as_bits(Vec x) noexcept { return bit_cast<Bits>(x); }
  static Vec as_float(Bits x) noexcept { return bit_cast<Vec>(x); }
};

}  // namespace crbrt
