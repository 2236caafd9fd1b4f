// SPDX-License-Identifier: Apache-2.0
/// AVX-512 (F, CD, BW, DQ, VL): sixteen voxels per vector. Results equal those of avx2.h bit for bit.
#pragma once

#include <immintrin.h>

#include "runtime/src/isa/integer_vector.h"
#include "runtime/src/isa/outputs256.h"
#include "runtime/src/isa/quad.h"
#include "runtime/src/isa/xsimd_ops.h"

namespace crbrt::avx512 {

/// The instructions of AVX-512 (F, BW) that integer_vector.h asks for: sixteen words per vector.
struct IntegerInstructions {
  using Int = __m512i;

  static Int load(const void* p) noexcept { return _mm512_load_si512(p); }
  static void store(void* p, Int x) noexcept { _mm512_store_si512(p, x); }
  static Int zero() noexcept { return _mm512_setzero_si512(); }
  static Int set1(std::int32_t x) noexcept { return _mm512_set1_epi32(x); }
  static Int broadcast_128(const void* p) noexcept {
    return _mm512_broadcast_i32x4(_mm_loadu_si128(static_cast<const __m128i*>(p)));
  }

  static Int maddubs(Int u8, Int s8) noexcept { return _mm512_maddubs_epi16(u8, s8); }
  static Int madd_16(Int a, Int b) noexcept { return _mm512_madd_epi16(a, b); }
  /// acc plus neighbouring s16 added.
  static Int add_pairs(Int acc, Int x) noexcept { return _mm512_add_epi32(acc, _mm512_madd_epi16(x, _mm512_set1_epi16(1))); }
  static Int mulhrs(Int a, Int b) noexcept { return _mm512_mulhrs_epi16(a, b); }
  static Int mullo_16(Int a, Int b) noexcept { return _mm512_mullo_epi16(a, b); }
  static Int mullo_32(Int a, Int b) noexcept { return _mm512_mullo_epi32(a, b); }
  static Int add_16(Int a, Int b) noexcept { return _mm512_add_epi16(a, b); }
  static Int adds_16(Int a, Int b) noexcept { return _mm512_adds_epi16(a, b); }
  static Int subs_16(Int a, Int b) noexcept { return _mm512_subs_epi16(a, b); }
  static Int max_16(Int a, Int b) noexcept { return _mm512_max_epi16(a, b); }
  static Int add_32(Int a, Int b) noexcept { return _mm512_add_epi32(a, b); }
  static Int sub_32(Int a, Int b) noexcept { return _mm512_sub_epi32(a, b); }
  static Int select_less(Int a, Int b, Int x, Int y) noexcept {
    return _mm512_mask_mov_epi32(y, _mm512_cmpgt_epi32_mask(b, a), x);
  }
  static Int blend_halves(Int low, Int high) noexcept {
    return _mm512_mask_mov_epi16(low, 0xaaaaaaaau, high);
  }  ///< low s16, high s16
  static Int pack_s16(Int a, Int b) noexcept { return _mm512_packs_epi32(a, b); }
  static Int pack_u8(Int a, Int b) noexcept { return _mm512_packus_epi16(a, b); }

  static Int round(__m512 x) noexcept { return _mm512_cvtps_epi32(x); }
  static __m512 to_float(Int x) noexcept { return _mm512_cvtepi32_ps(x); }

  /// One count for all lanes.
  static Int shift_right(Int x, std::int32_t count) noexcept { return _mm512_sra_epi32(x, _mm_cvtsi32_si128(count)); }
  static Int shift_right_logical(Int x, std::int32_t count) noexcept { return _mm512_srl_epi32(x, _mm_cvtsi32_si128(count)); }
  template <int count>
  static Int shift_right(Int x) noexcept {
    return _mm512_srai_epi32(x, count);
  }
  template <int count>
  static Int shift_left(Int x) noexcept {
    return _mm512_slli_epi32(x, count);
  }

  /// Bytes 0 4 8 12, 1 5 9 13, ... of each 128 bits.
  static Int transpose_bytes(Int x) noexcept {
    return _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)));
  }
  /// s16 0 4, 1 5, 2 6, 3 7 of each 128 bits.
  static Int interleave_halves(Int x) noexcept {
    return _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15)));
  }
};

/// The instructions that TransposedRows (quad.h) asks for.
struct RowInstructions {
  using Floats = __m512;

  static Floats load_rows(const float* row, std::size_t step) noexcept {
    Floats four = _mm512_castps128_ps512(_mm_loadu_ps(row));
    four = _mm512_insertf32x4(four, _mm_loadu_ps(row + step), 1);
    four = _mm512_insertf32x4(four, _mm_loadu_ps(row + 2 * step), 2);
    return _mm512_insertf32x4(four, _mm_loadu_ps(row + 3 * step), 3);
  }
  static Floats unpack_low(Floats a, Floats b) noexcept { return _mm512_unpacklo_ps(a, b); }
  static Floats unpack_high(Floats a, Floats b) noexcept { return _mm512_unpackhi_ps(a, b); }
  static Floats first_pairs(Floats a, Floats b) noexcept { return _mm512_shuffle_ps(a, b, 0x44); }
  static Floats second_pairs(Floats a, Floats b) noexcept { return _mm512_shuffle_ps(a, b, 0xee); }
};

struct Ops : XsimdOps<xsimd::avx512bw>,
             IntegerVector<IntegerInstructions>,
             QuadOps<IntegerInstructions>,
             TransposedRows<RowInstructions> {
  static constexpr std::size_t integer_vectors = 3;  ///< 12 sums, which leave room in 32 registers
  using Outputs = Outputs256<Ops>;
  static constexpr bool is_fused = true;
  static constexpr std::size_t output_voxels = 6;
  static constexpr std::size_t dense_vectors = 3;  ///< 12 accumulators, as on AVX2: the chains are what counts
  static constexpr std::size_t preprocess_vectors = 3;
  /// xsimd 8.1 has no fused multiply-add for AVX-512: its fma() rounds twice.
  static Vec mul_add(Vec a, Vec b, Vec c) noexcept { return _mm512_fmadd_ps(a, b, c); }
  static Quad mul_add_quad(Quad a, Quad b, Quad c) noexcept { return _mm_fmadd_ps(a, b, c); }
  static std::uint32_t bits(Mask mask) noexcept { return static_cast<__mmask16>(mask); }

  static void load_pairs(const float* p, Vec (&parts)[2]) noexcept {
    const __m512i evens = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
    const __m512i odds = _mm512_or_si512(evens, _mm512_set1_epi32(1));
    const __m512 a = _mm512_loadu_ps(p), b = _mm512_loadu_ps(p + 16);
    parts[0] = _mm512_permutex2var_ps(a, evens, b);
    parts[1] = _mm512_permutex2var_ps(a, odds, b);
  }
};

}  // namespace crbrt::avx512
