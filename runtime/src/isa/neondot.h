/// NEON with the dot product: its products of bytes are all that differs from neon.h, and in float the two are the same.
#pragma once

#include "runtime/src/isa/neon.h"
#include "runtime/src/kernels/unrolled-inl.h"

namespace crbrt::neondot {

struct Ops : neon::NeonOps<Ops> {
  static constexpr std::size_t fixed_vectors = 3;  ///< 12 sums: GCC 12 spills a fourth vector of voxels in dense_u8

  template <std::size_t n_vec>
  static void dot_u8(const Int (&x0)[n_vec], const void* w0, const Int (&x1)[n_vec], const void* w1,
                     Int (&acc)[n_vec]) noexcept {
    const Int first = broadcast_word(w0), second = broadcast_word(w1);
    unrolled<n_vec>([&](auto v) __attribute__((always_inline)) { acc[v] = dot4(x1[v], second, dot4(x0[v], first, acc[v])); });
  }

 private:
  static Int dot4(Int x, Int w, Int acc) noexcept { return vdotq_s32(acc, vreinterpretq_s8_s32(x), vreinterpretq_s8_s32(w)); }
};

}  // namespace crbrt::neondot
