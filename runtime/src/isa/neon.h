/// NEON as every AArch64 has it: four voxels per vector, fused multiply-add, so its results equal those of avx2.h bit for bit.
#pragma once

#include <arm_neon.h>

#include "runtime/src/isa/fixed_neon.h"
#include "runtime/src/isa/vector128.h"

namespace crbrt::neon {

template <class Own>
struct NeonOps : Vector128Ops<Own>, FixedOps {
  using typename Vector128Ops<Own>::Vec;
  using typename Vector128Ops<Own>::Mask;
  static constexpr std::size_t dense_vectors = 4;  ///< 16 accumulators, four inputs and a weight: 21 of 32 registers
  static constexpr std::size_t preprocess_vectors = 4;
  static Vec mul_add(Vec a, Vec b, Vec c) noexcept { return vfmaq_f32(c, a, b); }
  static Vec mul_add_quad(Vec a, Vec b, Vec c) noexcept { return vfmaq_f32(c, a, b); }
  static Vec sqrt(Vec x) noexcept { return vsqrtq_f32(x); }

  static std::uint32_t bits(Mask mask) noexcept {
    const uint32x4_t weights = {1, 2, 4, 8};
    return vaddvq_u32(bit_cast<uint32x4_t>(mask) & weights);
  }
};

struct Ops : NeonOps<Ops> {};

}  // namespace crbrt::neon
