/// AVX2 with FMA: eight voxels per vector.
#pragma once

#include <immintrin.h>

#include "runtime/src/isa/xsimd_ops.h"

namespace crbrt::avx2 {

struct Ops : XsimdOps<xsimd::fma3<xsimd::avx2>> {
  static constexpr std::size_t dense_vectors = 3;  ///< 12 accumulators; why 12: dense-inl.h
  static std::uint32_t bits(Mask mask) noexcept { return static_cast<std::uint32_t>(_mm256_movemask_ps(mask)); }
};

}  // namespace crbrt::avx2
