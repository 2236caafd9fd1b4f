// SPDX-License-Identifier: Apache-2.0
/// NEON with the dot product: its products of bytes are all that differs from neon.h, and in float the two are the same.
#pragma once

#include "runtime/src/isa/neon.h"

namespace crbrt::neondot {

struct DotInstructions {
  static int32x4_t dot4(int32x4_t x, int32x4_t w, int32x4_t acc) noexcept {
    return vdotq_s32(acc, vreinterpretq_s8_s32(x), vreinterpretq_s8_s32(w));
  }
};

struct Ops : QuadProducts<neon::NeonOps<Ops>, DotInstructions> {
  using Outputs = OutputsOfVector<QuadProducts<neon::NeonOps<Ops>, DotInstructions>>;
  static constexpr std::size_t integer_vectors = 3;  ///< 12 sums: GCC 12 spills a fourth vector of voxels in dense_u8
};

}  // namespace crbrt::neondot
