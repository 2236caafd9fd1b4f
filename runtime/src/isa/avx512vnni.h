/// AVX-512 with VNNI, whose integer dot products are all that differs from avx512.h: in float the two are the same.
#pragma once

#include "runtime/src/isa/avx512.h"
#include "runtime/src/kernels/unrolled-inl.h"

namespace crbrt::avx512vnni {

struct Ops : avx512::Ops {
  template <std::size_t n_vec>
  static void dot_u8(const Int (&x0)[n_vec], const void* w0, const Int (&x1)[n_vec], const void* w1,
                     Int (&acc)[n_vec]) noexcept {
    const Int first = broadcast_word(w0), second = broadcast_word(w1);
    unrolled<n_vec>([&](auto v) __attribute__((always_inline)) {
      acc[v] = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(acc[v], x0[v], first), x1[v], second);
    });
  }
  static Int dot_s16(Int x, Int w, Int acc) noexcept { return _mm512_dpwssd_epi32(acc, x, w); }
};

}  // namespace crbrt::avx512vnni
