/// SSE4.2: four voxels per vector, no fused multiply-add, so its results equal those of scalar.h bit for bit.
#pragma once

#include <nmmintrin.h>

#include "runtime/src/isa/xsimd_ops.h"

namespace crbrt::sse42 {

struct Ops : XsimdOps<xsimd::sse4_2> {
  static constexpr std::size_t dense_vectors = 2;  ///< 8 accumulators: 16 registers also hold inputs, weight and product
  static std::uint32_t bits(Mask mask) noexcept { return static_cast<std::uint32_t>(_mm_movemask_ps(mask)); }
};

}  // namespace crbrt::sse42
