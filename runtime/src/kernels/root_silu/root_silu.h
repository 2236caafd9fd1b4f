// SPDX-License-Identifier: Apache-2.0
/// A smooth ReLU of exactly rounded operations: x times a sigmoid that is a root in place of an exponential.
///
///   s      = x / sqrt(x * x + 1)           x * x + 1 as one mul_add; then root and quotient round
///   out    = (0.5 * x) * (1 + s)           a NaN stays a NaN
///   slope  = 0.5 * (s * (2 - s * s) + 1)   its derivative: 2 - s * s and the sum as one mul_add each
///
/// From |x| = 2^64 on the square is infinite, s is 0 and the formula gives x / 2; no network's sums come near.
///
/// root_silu_tangent is the op of a network whose tile holds values and derivatives side by side (forward_session.h): the
/// derivatives of a voxel are multiplied by the slope at its value.
#pragma once

#include "runtime/src/kernels/loops-inl.h"
#include "runtime/src/kernels/op_call.h"

namespace crbrt {

struct RootSiluArgs {
  const float* in;  ///< [n_feature][tile_voxels], aligned to the arena
  float* out;       ///< [n_feature][tile_voxels], aligned; may be in
  std::size_t n_feature;
  std::size_t n_voxel = layout::tile_voxels;  ///< voxels of the tile that matter; what the others get is not said

  static RootSiluArgs of(const OpCall& c) noexcept { return {c.in, c.out, c.n_in, c.n_voxel}; }
  static bool fits(const Op& op) noexcept { return op.n_in == op.n_out; }
};

/// Values and derivatives: column d * n_voxel + v of a row is the value (d = 0) or derivative d of voxel v.
struct RootSiluTangentArgs {
  const float* in;  ///< [n_feature + 1][tile_voxels], aligned; of the last row nothing is used, but vectors may reach into it
  float* out;       ///< as in, which it never overlaps; the last row may be overwritten
  std::size_t n_feature;
  std::size_t n_voxel;    ///< at least 1; (1 + n_tangent) * n_voxel is at most tile_voxels
  std::size_t n_tangent;  ///< derivatives of each voxel
};

/// s of the formulas above.
template <class Ops>
inline typename Ops::Vec root_sigmoid(typename Ops::Vec x) noexcept {
  return x / Ops::sqrt(Ops::mul_add(x, x, Ops::broadcast(1)));
}

template <class Ops>
inline typename Ops::Vec root_silu_of(typename Ops::Vec x, typename Ops::Vec s) noexcept {
  return (Ops::broadcast(0.5f) * x) * (Ops::broadcast(1) + s);
}

template <class Ops>
void root_silu(const RootSiluArgs& a) noexcept {
  for_each_vector<Ops>(
      a.n_feature, a.n_voxel, [&](std::size_t, std::size_t i) __attribute__((always_inline)) {
        const typename Ops::Vec x = Ops::load(a.in + i);
        Ops::store(a.out + i, root_silu_of<Ops>(x, root_sigmoid<Ops>(x)));
      });
}

/// Vectors are stored from the first column on, and the last of a derivative reaches into the next one, which is written later.
template <class Ops>
void root_silu_tangent(const RootSiluTangentArgs& a) noexcept {
  using Vec = typename Ops::Vec;
  alignas(layout::arena_alignment) float slope[layout::tile_voxels];
  static_assert(layout::tile_voxels % Ops::lanes == 0);
  const Vec half = Ops::broadcast(0.5f), one = Ops::broadcast(1), two = Ops::broadcast(2), none = Ops::broadcast(0);
  for (std::size_t f = 0; f < a.n_feature; ++f) {
    const float* const in = a.in + f * layout::tile_voxels;
    float* const out = a.out + f * layout::tile_voxels;
    for (std::size_t v = 0; v < a.n_voxel; v += Ops::lanes) {
      const Vec x = Ops::load(in + v), s = root_sigmoid<Ops>(x);
      Ops::store(out + v, root_silu_of<Ops>(x, s));
      Ops::store(slope + v, half * Ops::mul_add(s, Ops::mul_add(none - s, s, two), one));
    }
    for (std::size_t d = 1; d <= a.n_tangent; ++d)
      for (std::size_t v = 0; v < a.n_voxel; v += Ops::lanes) {
        const std::size_t at = d * a.n_voxel + v;
        Ops::store_anywhere(out + at, Ops::load_anywhere(in + at) * Ops::load(slope + v));
      }
  }
}

}  // namespace crbrt
