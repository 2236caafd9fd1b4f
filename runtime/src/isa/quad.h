/// Four outputs of one voxel in 128 bits: what dense uses where there are few voxels. `Own` is the Ops of an instruction set,
/// so that nothing emitted here is shared between two of them.
#pragma once

#include <cstddef>

namespace crbrt {

template <class Own>
struct QuadOps {
  using Quad [[gnu::vector_size(16)]] = float;

  static Quad load_quad(const float* p) noexcept {
    Quad x;
    __builtin_memcpy(&x, p, sizeof x);
    return x;
  }
  static void store_quad(float* p, Quad x) noexcept { __builtin_memcpy(p, &x, sizeof x); }
  static Quad broadcast_quad(float x) noexcept { return Quad{x, x, x, x}; }
  static Quad mul_add_quad(Quad a, Quad b, Quad c) noexcept { return a * b + c; }  ///< two roundings; others hide it
};

}  // namespace crbrt
