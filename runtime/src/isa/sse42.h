/// SSE4.2: four voxels per vector, no fused multiply-add, so its results equal those of scalar.h bit for bit.
#pragma once

#include <nmmintrin.h>

#include "runtime/src/isa/fixed_sse42.h"
#include "runtime/src/isa/quad.h"
#include "runtime/src/isa/xsimd_ops.h"

namespace crbrt::sse42 {

struct Ops : XsimdOps<xsimd::sse4_2>, FixedVector<FixedInstructions>, QuadOps<FixedInstructions> {
  static constexpr std::size_t dense_vectors = 2;  ///< 8 accumulators: 16 registers also hold inputs, weight and product
  static constexpr std::size_t preprocess_vectors = 2;
  static std::uint32_t bits(Mask mask) noexcept { return static_cast<std::uint32_t>(_mm_movemask_ps(mask)); }

  static void load_columns(const float* rows, std::size_t stride, Vec (&columns)[4]) noexcept {
    __m128 r[4];
    for (std::size_t i = 0; i < 4; ++i) r[i] = _mm_loadu_ps(rows + i * stride);
    const __m128 low01 = _mm_unpacklo_ps(r[0], r[1]), low23 = _mm_unpacklo_ps(r[2], r[3]);
    const __m128 high01 = _mm_unpackhi_ps(r[0], r[1]), high23 = _mm_unpackhi_ps(r[2], r[3]);
    columns[0] = _mm_shuffle_ps(low01, low23, 0x44);
    columns[1] = _mm_shuffle_ps(low01, low23, 0xee);
    columns[2] = _mm_shuffle_ps(high01, high23, 0x44);
    columns[3] = _mm_shuffle_ps(high01, high23, 0xee);
  }
};

}  // namespace crbrt::sse42
