/// AVX2 with FMA: eight voxels per vector.
#pragma once

#include <immintrin.h>

#include "runtime/src/isa/fixed_avx2.h"
#include "runtime/src/isa/quad.h"
#include "runtime/src/isa/xsimd_ops.h"

namespace crbrt::avx2 {

struct Ops : XsimdOps<xsimd::fma3<xsimd::avx2>>, FixedVector<FixedInstructions>, QuadOps<FixedInstructions> {
  static constexpr std::size_t dense_vectors = 3;  ///< 12 accumulators; why 12: dense-inl.h
  static constexpr std::size_t preprocess_vectors = 2;
  static Quad mul_add_quad(Quad a, Quad b, Quad c) noexcept { return _mm_fmadd_ps(a, b, c); }
  static std::uint32_t bits(Mask mask) noexcept { return static_cast<std::uint32_t>(_mm256_movemask_ps(mask)); }

  /// Rows that lie four apart share a vector, so that a transpose stays within each 128 bits.
  static void load_columns(const float* rows, std::size_t stride, Vec (&columns)[4]) noexcept {
    __m256 r[4];
    for (std::size_t i = 0; i < 4; ++i)
      r[i] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(rows + i * stride)),
                                  _mm_loadu_ps(rows + (i + 4) * stride), 1);
    const __m256 low01 = _mm256_unpacklo_ps(r[0], r[1]), low23 = _mm256_unpacklo_ps(r[2], r[3]);
    const __m256 high01 = _mm256_unpackhi_ps(r[0], r[1]), high23 = _mm256_unpackhi_ps(r[2], r[3]);
    columns[0] = _mm256_shuffle_ps(low01, low23, 0x44);
    columns[1] = _mm256_shuffle_ps(low01, low23, 0xee);
    columns[2] = _mm256_shuffle_ps(high01, high23, 0x44);
    columns[3] = _mm256_shuffle_ps(high01, high23, 0xee);
  }
};

}  // namespace crbrt::avx2
