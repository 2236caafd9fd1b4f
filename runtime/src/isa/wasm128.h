// SPDX-License-Identifier: Apache-2.0
/// WebAssembly SIMD: four voxels per vector. It has no fused multiply-add (only the later relaxed SIMD does, and leaves the
/// rounding open), so its results equal those of scalar.h bit for bit.
#pragma once

#include <wasm_simd128.h>

#include "runtime/src/isa/integer_vector.h"
#include "runtime/src/isa/vector128.h"

namespace crbrt::wasm128 {

/// The instructions of WebAssembly SIMD that integer_vector.h asks for (its vectors of 128 bits are the same), and the products
/// of bytes, which WebAssembly only has as products of 16 bits: even and odd bytes apart.
struct IntegerInstructions {
  using Int = v128_t;

  static Int load(const void* p) noexcept { return wasm_v128_load(p); }
  static Int load_anywhere(const void* p) noexcept { return wasm_v128_load(p); }
  static void store(void* p, Int x) noexcept { wasm_v128_store(p, x); }
  static Int zero() noexcept { return wasm_i32x4_const_splat(0); }
  static Int set1(std::int32_t x) noexcept { return wasm_i32x4_splat(x); }
  static Int broadcast_128(const void* p) noexcept { return wasm_v128_load(p); }

  static Int madd_16(Int a, Int b) noexcept { return wasm_i32x4_dot_i16x8(a, b); }
  static Int mulhrs(Int a, Int b) noexcept { return wasm_i16x8_q15mulr_sat(a, b); }
  static Int mullo_16(Int a, Int b) noexcept { return wasm_i16x8_mul(a, b); }
  static Int mullo_32(Int a, Int b) noexcept { return wasm_i32x4_mul(a, b); }
  static Int adds_16(Int a, Int b) noexcept { return wasm_i16x8_add_sat(a, b); }
  static Int subs_16(Int a, Int b) noexcept { return wasm_i16x8_sub_sat(a, b); }
  static Int max_16(Int a, Int b) noexcept { return wasm_i16x8_max(a, b); }
  static Int add_32(Int a, Int b) noexcept { return wasm_i32x4_add(a, b); }
  static Int sub_32(Int a, Int b) noexcept { return wasm_i32x4_sub(a, b); }
  static Int select_less(Int a, Int b, Int x, Int y) noexcept { return wasm_v128_bitselect(x, y, wasm_i32x4_lt(a, b)); }
  static Int blend_halves(Int low, Int high) noexcept { return wasm_v128_bitselect(low, high, wasm_i32x4_const_splat(0xffff)); }
  static Int pack_s16(Int a, Int b) noexcept { return wasm_i16x8_narrow_i32x4(a, b); }
  static Int pack_u8(Int a, Int b) noexcept { return wasm_u8x16_narrow_i16x8(a, b); }

  /// To the nearest whole number, ties to even; |x| <= 2^22. Adding 1.5 * 2^23 leaves the whole number in the last bits.
  template <class Vec>
  static Int round(Vec x) noexcept {
    return wasm_i32x4_sub(bit_cast<v128_t>(x + 0x1.8p23f), wasm_i32x4_const_splat(0x4b400000));
  }
  static auto to_float(Int x) noexcept { return __builtin_convertvector(bit_cast<Words>(x), Floats); }

  /// One count for all lanes.
  static Int shift_right(Int x, std::int32_t count) noexcept { return wasm_i32x4_shr(x, static_cast<std::uint32_t>(count)); }
  static Int shift_right_logical(Int x, std::int32_t count) noexcept {
    return wasm_u32x4_shr(x, static_cast<std::uint32_t>(count));
  }
  template <int count>
  static Int shift_right(Int x) noexcept {
    return wasm_i32x4_shr(x, count);
  }
  template <int count>
  static Int shift_left(Int x) noexcept {
    return wasm_i32x4_shl(x, count);
  }

  static Int transpose_bytes(Int x) noexcept {
    return wasm_i8x16_shuffle(x, x, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  }
  static Int interleave_halves(Int x) noexcept { return wasm_i16x8_shuffle(x, x, 0, 4, 1, 5, 2, 6, 3, 7); }

  /// Bytes 0 and 2 of every word in its halves, and bytes 1 and 3: for x taken once for all outputs, for w for all voxels.
  static Int dot4(Int x, Int w, Int acc) noexcept {
    const Int even = wasm_v128_and(x, wasm_i16x8_const_splat(0xff)), odd = wasm_u16x8_shr(x, 8);
    const Int even_weights = wasm_i16x8_shr(wasm_i16x8_shl(w, 8), 8), odd_weights = wasm_i16x8_shr(w, 8);
    return wasm_i32x4_add(wasm_i32x4_add(acc, wasm_i32x4_dot_i16x8(even, even_weights)),
                          wasm_i32x4_dot_i16x8(odd, odd_weights));
  }

 private:
  using Words [[gnu::vector_size(16)]] = std::int32_t;
  using Floats [[gnu::vector_size(16)]] = float;
};

struct Ops : Vector128Ops<Ops>, QuadProducts<IntegerVector<IntegerInstructions>, IntegerInstructions> {
  using Outputs = OutputsOfVector<QuadProducts<IntegerVector<IntegerInstructions>, IntegerInstructions>>;
  static constexpr bool is_fused = false;
  static constexpr std::size_t output_voxels = 4;
  static constexpr std::size_t dense_vectors = 2;  ///< 8 accumulators: engines run this on x86's 16 registers, too
  static constexpr std::size_t preprocess_vectors = 2;
  static Vec mul_add(Vec a, Vec b, Vec c) noexcept { return a * b + c; }
  static Vec sqrt(Vec x) noexcept { return bit_cast<Vec>(wasm_f32x4_sqrt(bit_cast<v128_t>(x))); }
  static std::uint32_t bits(Mask mask) noexcept { return wasm_i32x4_bitmask(bit_cast<v128_t>(mask)); }
};

}  // namespace crbrt::wasm128
