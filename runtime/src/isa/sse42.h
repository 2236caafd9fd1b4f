// SPDX-License-Identifier: Apache-2.0
/// SSE4.2: four voxels per vector, no fused multiply-add, so its results equal those of scalar.h bit for bit.
#pragma once

#include <nmmintrin.h>

#include "runtime/src/isa/integer_vector.h"
#include "runtime/src/isa/quad.h"
#include "runtime/src/isa/xsimd_ops.h"

namespace crbrt::sse42 {

/// The instructions of SSE4.2 that integer_vector.h asks for: four words per vector.
struct IntegerInstructions {
  using Int = __m128i;

  static Int load(const void* p) noexcept { return _mm_load_si128(static_cast<const __m128i*>(p)); }
  static Int load_anywhere(const void* p) noexcept { return _mm_loadu_si128(static_cast<const __m128i*>(p)); }
  static void store(void* p, Int x) noexcept { _mm_store_si128(static_cast<__m128i*>(p), x); }
  static Int zero() noexcept { return _mm_setzero_si128(); }
  static Int set1(std::int32_t x) noexcept { return _mm_set1_epi32(x); }
  static Int broadcast_128(const void* p) noexcept { return _mm_loadu_si128(static_cast<const __m128i*>(p)); }

  static Int maddubs(Int u8, Int s8) noexcept { return _mm_maddubs_epi16(u8, s8); }
  static Int madd_16(Int a, Int b) noexcept { return _mm_madd_epi16(a, b); }

  /// acc plus neighbouring s16 added; why by hand: avx2.h. The addition, too: these instructions overwrite an operand, and
  /// clang 14 has them overwrite the product, so that the eight sums of dense_u8 move from register to register and four to the
  /// stack.
  static Int add_pairs(Int acc, Int x) noexcept {
    alignas(16) static constexpr std::int16_t ones[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    __asm__("pmaddwd (%2), %1\n\tpaddd %1, %0" : "+x"(acc), "+x"(x) : "r"(ones), "m"(ones));
    return acc;
  }

  static Int mulhrs(Int a, Int b) noexcept { return _mm_mulhrs_epi16(a, b); }
  static Int mullo_16(Int a, Int b) noexcept { return _mm_mullo_epi16(a, b); }
  static Int mullo_32(Int a, Int b) noexcept { return _mm_mullo_epi32(a, b); }
  static Int add_16(Int a, Int b) noexcept { return _mm_add_epi16(a, b); }
  static Int adds_16(Int a, Int b) noexcept { return _mm_adds_epi16(a, b); }
  static Int subs_16(Int a, Int b) noexcept { return _mm_subs_epi16(a, b); }
  static Int max_16(Int a, Int b) noexcept { return _mm_max_epi16(a, b); }
  static Int add_32(Int a, Int b) noexcept { return _mm_add_epi32(a, b); }
  static Int sub_32(Int a, Int b) noexcept { return _mm_sub_epi32(a, b); }
  static Int select_less(Int a, Int b, Int x, Int y) noexcept { return _mm_blendv_epi8(y, x, _mm_cmpgt_epi32(b, a)); }
  static Int blend_halves(Int low, Int high) noexcept { return _mm_blend_epi16(low, high, 0xaa); }  ///< low s16, high s16
  static Int pack_s16(Int a, Int b) noexcept { return _mm_packs_epi32(a, b); }
  static Int pack_u8(Int a, Int b) noexcept { return _mm_packus_epi16(a, b); }

  static Int round(__m128 x) noexcept { return _mm_cvtps_epi32(x); }
  static __m128 to_float(Int x) noexcept { return _mm_cvtepi32_ps(x); }

  /// One count for all lanes.
  static Int shift_right(Int x, std::int32_t count) noexcept { return _mm_sra_epi32(x, _mm_cvtsi32_si128(count)); }
  static Int shift_right_logical(Int x, std::int32_t count) noexcept { return _mm_srl_epi32(x, _mm_cvtsi32_si128(count)); }
  template <int count>
  static Int shift_right(Int x) noexcept {
    return _mm_srai_epi32(x, count);
  }
  template <int count>
  static Int shift_left(Int x) noexcept {
    return _mm_slli_epi32(x, count);
  }

  /// Bytes 0 4 8 12, 1 5 9 13, ....
  static Int transpose_bytes(Int x) noexcept {
    return _mm_shuffle_epi8(x, _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  }
  /// s16 0 4, 1 5, 2 6, 3 7.
  static Int interleave_halves(Int x) noexcept {
    return _mm_shuffle_epi8(x, _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15));
  }
};

/// The instructions that TransposedRows (quad.h) asks for.
struct RowInstructions {
  using Floats = __m128;

  static Floats load_rows(const float* row, std::size_t) noexcept { return _mm_loadu_ps(row); }
  static Floats unpack_low(Floats a, Floats b) noexcept { return _mm_unpacklo_ps(a, b); }
  static Floats unpack_high(Floats a, Floats b) noexcept { return _mm_unpackhi_ps(a, b); }
  static Floats first_pairs(Floats a, Floats b) noexcept { return _mm_shuffle_ps(a, b, 0x44); }
  static Floats second_pairs(Floats a, Floats b) noexcept { return _mm_shuffle_ps(a, b, 0xee); }
};

struct Ops : XsimdOps<xsimd::sse4_2>,
             IntegerVector<IntegerInstructions>,
             QuadOps<IntegerInstructions>,
             TransposedRows<RowInstructions> {
  using Outputs = OutputsOfVector<IntegerVector<IntegerInstructions>>;
  static constexpr bool is_fused = false;
  static constexpr std::size_t output_voxels = 4;
  static constexpr std::size_t dense_vectors = 2;  ///< 8 accumulators: 16 registers also hold inputs, weight and product
  static constexpr std::size_t preprocess_vectors = 2;
  static std::uint32_t bits(Mask mask) noexcept { return static_cast<std::uint32_t>(_mm_movemask_ps(mask)); }

  static void load_pairs(const float* p, Vec (&parts)[2]) noexcept {
    const __m128 a = _mm_loadu_ps(p), b = _mm_loadu_ps(p + 4);
    parts[0] = _mm_shuffle_ps(a, b, 0x88);
    parts[1] = _mm_shuffle_ps(a, b, 0xdd);
  }
};

}  // namespace crbrt::sse42
