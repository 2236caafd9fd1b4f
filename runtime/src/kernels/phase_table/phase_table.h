// SPDX-License-Identifier: Apache-2.0
/// The end of a forward network whose outputs are factors of functions of the off-resonance (docs/format.md, The forward part):
/// of one voxel, values and derivatives,
///
///   w[r, j]    = a[0] * n[0][r, j], then mul_add(a[i], n[i][r, j], w) for i = 1, 2, 3   n: neighbouring control points
///   w'[r, j]   = the same with a'
///   out[d, j]  = sum_r w[r, j] * latent[d, r]          r ascending, each term one mul_add, from 0 on
///   out[p, j] += sum_r w'[r, j] * latent[0, r]         likewise; p is the derivative by the off-resonance
///
/// Parts j lie in lanes, so the table is read forward in whole vectors.
#pragma once

#include <cstddef>

#include "crbrt/format/forward_program.h"
#include "runtime/src/kernels/loops-inl.h"

namespace crbrt {

struct PhaseTableArgs {
  const float* nodes;   ///< [4][n_latent][n_part], aligned as the table of a program is
  const float* latent;  ///< column d of row r: latent[r * tile_voxels + d * column_stride]
  float* out;           ///< [n_column][n_part], aligned to forward_part_multiple floats
  std::size_t n_latent;
  std::size_t n_part;    ///< padded to forward_part_multiple
  std::size_t n_column;  ///< the value and its derivatives
  std::size_t column_stride;
  std::size_t by_phase;  ///< p, at least 1; n_column or more where nobody asks
  const float* a;        ///< [4]
  const float* a_slope;  ///< [4]
};

/// n_column columns from `first` on of one vector of parts that begins at `part`.
template <class Ops, std::size_t n_column>
inline void phase_table_columns(const PhaseTableArgs& t, const float* a, const float* latent, std::size_t part,
                                typename Ops::Vec (&sum)[n_column]) noexcept {
  using Vec = typename Ops::Vec;
  const Vec a0 = Ops::broadcast(a[0]), a1 = Ops::broadcast(a[1]), a2 = Ops::broadcast(a[2]), a3 = Ops::broadcast(a[3]);
  const std::size_t node = t.n_latent * t.n_part;
  unrolled<n_column>([&](auto c) __attribute__((always_inline)) { sum[c] = Ops::broadcast(0); });
  const float* n = t.nodes + part;
  for (std::size_t r = 0; r < t.n_latent; ++r, n += t.n_part, latent += layout::tile_voxels) {
    Vec w = a0 * Ops::load(n);
    w = Ops::mul_add(a1, Ops::load(n + node), w);
    w = Ops::mul_add(a2, Ops::load(n + 2 * node), w);
    w = Ops::mul_add(a3, Ops::load(n + 3 * node), w);
    unrolled<n_column>([&](auto c) __attribute__((always_inline)) {
      sum[c] = Ops::mul_add(w, Ops::broadcast(latent[c * t.column_stride]), sum[c]);
    });
  }
}

template <class Ops, std::size_t n_column>
inline void phase_table_block(const PhaseTableArgs& t, std::size_t first, std::size_t part) noexcept {
  typename Ops::Vec sum[n_column];
  phase_table_columns<Ops, n_column>(t, t.a, t.latent + first * t.column_stride, part, sum);
  unrolled<n_column>([&](auto c) __attribute__((always_inline)) { Ops::store(t.out + (first + c) * t.n_part + part, sum[c]); });
}

template <class Ops>
void phase_table(const PhaseTableArgs& t) noexcept {
  for (std::size_t part = 0; part < t.n_part; part += Ops::lanes) {
    std::size_t d = 0;
    for (; d + 8 <= t.n_column; d += 8) phase_table_block<Ops, 8>(t, d, part);
    for (; d + 2 <= t.n_column; d += 2) phase_table_block<Ops, 2>(t, d, part);
    if (d < t.n_column) phase_table_block<Ops, 1>(t, d, part);
    if (t.by_phase >= t.n_column) continue;
    typename Ops::Vec slope[1];
    phase_table_columns<Ops, 1>(t, t.a_slope, t.latent, part, slope);
    float* const to = t.out + t.by_phase * t.n_part + part;
    Ops::store(to, Ops::load(to) + slope[0]);
  }
}

}  // namespace crbrt
