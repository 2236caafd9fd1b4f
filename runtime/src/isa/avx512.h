/// AVX-512 (F, CD, BW, DQ, VL): sixteen voxels per vector. Results equal those of avx2.h bit for bit.
#pragma once

#include <immintrin.h>

#include "runtime/src/isa/fixed_avx512.h"
#include "runtime/src/isa/quad.h"
#include "runtime/src/isa/xsimd_ops.h"

namespace crbrt::avx512 {

struct Ops : XsimdOps<xsimd::avx512bw>, FixedVector<FixedInstructions>, QuadOps<FixedInstructions> {
  static constexpr std::size_t fixed_vectors = 3;  ///< 12 sums: of 32 registers there is no want
  static constexpr std::size_t dense_vectors = 3;  ///< 12 accumulators, as on AVX2: the chains are what counts
  static constexpr std::size_t preprocess_vectors = 3;
  /// xsimd 8.1 has no fused multiply-add for AVX-512: its fma() rounds twice.
  static Vec mul_add(Vec a, Vec b, Vec c) noexcept { return _mm512_fmadd_ps(a, b, c); }
  static Quad mul_add_quad(Quad a, Quad b, Quad c) noexcept { return _mm_fmadd_ps(a, b, c); }
  static std::uint32_t bits(Mask mask) noexcept { return static_cast<__mmask16>(mask); }

  /// Rows that lie four apart share a vector, so that a transpose stays within each 128 bits.
  static void load_columns(const float* rows, std::size_t stride, Vec (&columns)[4]) noexcept {
    __m512 r[4];
    for (std::size_t i = 0; i < 4; ++i) r[i] = rows_of_four(rows + i * stride, 4 * stride);
    const __m512 low01 = _mm512_unpacklo_ps(r[0], r[1]), low23 = _mm512_unpacklo_ps(r[2], r[3]);
    const __m512 high01 = _mm512_unpackhi_ps(r[0], r[1]), high23 = _mm512_unpackhi_ps(r[2], r[3]);
    columns[0] = _mm512_shuffle_ps(low01, low23, 0x44);
    columns[1] = _mm512_shuffle_ps(low01, low23, 0xee);
    columns[2] = _mm512_shuffle_ps(high01, high23, 0x44);
    columns[3] = _mm512_shuffle_ps(high01, high23, 0xee);
  }

 private:
  static __m512 rows_of_four(const float* row, std::size_t step) noexcept {
    __m512 four = _mm512_castps128_ps512(_mm_loadu_ps(row));
    four = _mm512_insertf32x4(four, _mm_loadu_ps(row + step), 1);
    four = _mm512_insertf32x4(four, _mm_loadu_ps(row + 2 * step), 2);
    return _mm512_insertf32x4(four, _mm_loadu_ps(row + 3 * step), 3);
  }
};

}  // namespace crbrt::avx512
