// SPDX-License-Identifier: Apache-2.0
/// AVX2 with FMA: eight voxels per vector.
#pragma once

#include <immintrin.h>

#include "runtime/src/isa/integer_vector.h"
#include "runtime/src/isa/outputs256.h"
#include "runtime/src/isa/quad.h"
#include "runtime/src/isa/xsimd_ops.h"

namespace crbrt::avx2 {

/// The instructions of AVX2 that integer_vector.h asks for: eight words per vector.
struct IntegerInstructions {
  using Int = __m256i;

  static Int load(const void* p) noexcept { return _mm256_load_si256(static_cast<const __m256i*>(p)); }
  static void store(void* p, Int x) noexcept { _mm256_store_si256(static_cast<__m256i*>(p), x); }
  static Int zero() noexcept { return _mm256_setzero_si256(); }
  static Int set1(std::int32_t x) noexcept { return _mm256_set1_epi32(x); }
  static Int broadcast_128(const void* p) noexcept {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(static_cast<const __m128i*>(p)));
  }

  static Int maddubs(Int u8, Int s8) noexcept { return _mm256_maddubs_epi16(u8, s8); }
  static Int madd_16(Int a, Int b) noexcept { return _mm256_madd_epi16(a, b); }

  /// acc plus neighbouring s16 added. By hand, because a compiler keeps the ones in a register and then has none left for the
  /// last sum of dense_u8: eight sums, four inputs, two weights and two products fill all sixteen. Their address is in a
  /// register, because it would make each of eight instructions in the loop four bytes longer: 2 % of a network in integers.
  static Int add_pairs(Int acc, Int x) noexcept {
    alignas(32) static constexpr std::int16_t ones[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    __asm__("vpmaddwd (%1), %0, %0" : "+x"(x) : "r"(ones), "m"(ones));
    return _mm256_add_epi32(acc, x);
  }

  static Int mulhrs(Int a, Int b) noexcept { return _mm256_mulhrs_epi16(a, b); }
  static Int mullo_16(Int a, Int b) noexcept { return _mm256_mullo_epi16(a, b); }
  static Int mullo_32(Int a, Int b) noexcept { return _mm256_mullo_epi32(a, b); }
  static Int add_16(Int a, Int b) noexcept { return _mm256_add_epi16(a, b); }
  static Int adds_16(Int a, Int b) noexcept { return _mm256_adds_epi16(a, b); }
  static Int subs_16(Int a, Int b) noexcept { return _mm256_subs_epi16(a, b); }
  static Int max_16(Int a, Int b) noexcept { return _mm256_max_epi16(a, b); }
  static Int add_32(Int a, Int b) noexcept { return _mm256_add_epi32(a, b); }
  static Int sub_32(Int a, Int b) noexcept { return _mm256_sub_epi32(a, b); }
  static Int select_less(Int a, Int b, Int x, Int y) noexcept { return _mm256_blendv_epi8(y, x, _mm256_cmpgt_epi32(b, a)); }
  static Int blend_halves(Int low, Int high) noexcept { return _mm256_blend_epi16(low, high, 0xaa); }  ///< low s16, high s16
  static Int pack_s16(Int a, Int b) noexcept { return _mm256_packs_epi32(a, b); }
  static Int pack_u8(Int a, Int b) noexcept { return _mm256_packus_epi16(a, b); }

  static Int round(__m256 x) noexcept { return _mm256_cvtps_epi32(x); }
  static __m256 to_float(Int x) noexcept { return _mm256_cvtepi32_ps(x); }

  /// One count for all lanes.
  static Int shift_right(Int x, std::int32_t count) noexcept { return _mm256_sra_epi32(x, _mm_cvtsi32_si128(count)); }
  static Int shift_right_logical(Int x, std::int32_t count) noexcept { return _mm256_srl_epi32(x, _mm_cvtsi32_si128(count)); }
  template <int count>
  static Int shift_right(Int x) noexcept {
    return _mm256_srai_epi32(x, count);
  }
  template <int count>
  static Int shift_left(Int x) noexcept {
    return _mm256_slli_epi32(x, count);
  }

  /// Bytes 0 4 8 12, 1 5 9 13, ... of each 128 bits.
  static Int transpose_bytes(Int x) noexcept {
    return _mm256_shuffle_epi8(
        x, _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)));
  }
  /// s16 0 4, 1 5, 2 6, 3 7 of each 128 bits.
  static Int interleave_halves(Int x) noexcept {
    return _mm256_shuffle_epi8(
        x, _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15)));
  }
};

/// The instructions that TransposedRows (quad.h) asks for.
struct RowInstructions {
  using Floats = __m256;

  static Floats load_rows(const float* row, std::size_t step) noexcept {
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(row)), _mm_loadu_ps(row + step), 1);
  }
  static Floats unpack_low(Floats a, Floats b) noexcept { return _mm256_unpacklo_ps(a, b); }
  static Floats unpack_high(Floats a, Floats b) noexcept { return _mm256_unpackhi_ps(a, b); }
  static Floats first_pairs(Floats a, Floats b) noexcept { return _mm256_shuffle_ps(a, b, 0x44); }
  static Floats second_pairs(Floats a, Floats b) noexcept { return _mm256_shuffle_ps(a, b, 0xee); }
};

struct Ops : XsimdOps<xsimd::fma3<xsimd::avx2>>,
             IntegerVector<IntegerInstructions>,
             QuadOps<IntegerInstructions>,
             TransposedRows<RowInstructions> {
  using Outputs = Outputs256<Ops>;
  static constexpr bool is_fused = true;
  static constexpr std::size_t output_voxels = 6;  ///< 12 sums, two weights and an input
  static constexpr std::size_t dense_vectors = 3;  ///< 12 accumulators; why 12: dense.h
  static constexpr std::size_t preprocess_vectors = 2;
  static Quad mul_add_quad(Quad a, Quad b, Quad c) noexcept { return _mm_fmadd_ps(a, b, c); }
  static std::uint32_t bits(Mask mask) noexcept { return static_cast<std::uint32_t>(_mm256_movemask_ps(mask)); }

  /// Pairs 0, 1 beside pairs 4, 5 and pairs 2, 3 beside pairs 6, 7: the shuffles then leave all of them in order.
  static void load_pairs(const float* p, Vec (&parts)[2]) noexcept {
    const __m256 a = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(p)), _mm_loadu_ps(p + 8), 1);
    const __m256 b = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(p + 4)), _mm_loadu_ps(p + 12), 1);
    parts[0] = _mm256_shuffle_ps(a, b, 0x88);
    parts[1] = _mm256_shuffle_ps(a, b, 0xdd);
  }
};

}  // namespace crbrt::avx2
