// SPDX-License-Identifier: Apache-2.0
/// AVX-512 with VNNI, whose integer dot products are all that differs from avx512.h: in float the two are the same.
#pragma once

#include "runtime/src/isa/avx512.h"

namespace crbrt::avx512vnni {

struct DotInstructions {
  static __m512i dot4(__m512i x, __m512i w, __m512i acc) noexcept { return _mm512_dpbusd_epi32(acc, x, w); }
};

struct DotOutputs : Outputs256<DotOutputs> {
  static __m256i dot_u8(__m256i x, __m256i w, __m256i acc) noexcept { return _mm256_dpbusd_epi32(acc, x, w); }
  static __m256i dot_s16(__m256i x, __m256i w, __m256i acc) noexcept { return _mm256_dpwssd_epi32(acc, x, w); }
};

struct Ops : QuadProducts<avx512::Ops, DotInstructions> {
  using Outputs = DotOutputs;
  static Int dot_s16(Int x, Int w, Int acc) noexcept { return _mm512_dpwssd_epi32(acc, x, w); }
};

}  // namespace crbrt::avx512vnni
