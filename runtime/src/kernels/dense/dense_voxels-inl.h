// SPDX-License-Identifier: Apache-2.0
/// The float algorithm of dense.h with voxels in lanes: a block of tile_outputs outputs and Ops::dense_vectors vectors of
/// voxels stays in registers while k runs. On AVX2 that is 4 x 3 accumulators, three inputs and one broadcast weight: all 16
/// registers, 7 loads for 12 fused multiply-adds (2 loads and 2 multiply-adds per cycle), and 12 independent chains where
/// latency 4 at 2 per cycle needs 8. The unroll pragmas (GCC and clang read them) keep the tile in registers: without them GCC
/// 12 spills it before the epilogue. And the choice between this and dense_outputs-inl.h.
#pragma once

#include "runtime/src/kernels/dense/dense_outputs-inl.h"

namespace crbrt {

/// Outputs j .. j + n_output of n_vec vectors of voxels from `voxel` on. `weights` are those of the first input, `width` is
/// that of their panel.
template <class Ops, std::size_t n_output, std::size_t n_vec>
inline void dense_block(const DenseArgs& a, std::size_t j, std::size_t voxel, const float* weights,
                        std::size_t width) noexcept {
  using Vec = typename Ops::Vec;
  Vec acc[n_output][n_vec];
#pragma GCC unroll 8
  for (std::size_t o = 0; o < n_output; ++o)
    for (std::size_t v = 0; v < n_vec; ++v) acc[o][v] = Ops::broadcast(a.bias[j + o]);

  const float* in = a.in + voxel;
  for (std::size_t k = 0; k < a.n_in; ++k, in += Ops::row_stride, weights += width) {
    Vec x[n_vec];
    for (std::size_t v = 0; v < n_vec; ++v) x[v] = Ops::load(in + v * Ops::lanes);
#pragma GCC unroll 8
    for (std::size_t o = 0; o < n_output; ++o) {
      const Vec w = Ops::broadcast(weights[o]);
      for (std::size_t v = 0; v < n_vec; ++v) acc[o][v] = Ops::mul_add(w, x[v], acc[o][v]);
    }
  }

#pragma GCC unroll 8
  for (std::size_t o = 0; o < n_output; ++o) {
    if (j + o >= a.n_out) return;  // padding of the last block has no place in the arena
    const std::size_t row = (j + o) * Ops::row_stride + voxel;
    if (a.add != nullptr)
      for (std::size_t v = 0; v < n_vec; ++v) acc[o][v] = acc[o][v] + Ops::load(a.add + row + v * Ops::lanes);
    if (a.relu)
      for (std::size_t v = 0; v < n_vec; ++v) acc[o][v] = Ops::max(acc[o][v], Ops::broadcast(0));
    for (std::size_t v = 0; v < n_vec; ++v) Ops::store(a.out + row + v * Ops::lanes, acc[o][v]);
  }
}

/// All outputs of n_column columns of n_vec vectors of voxels, from `voxel` on. A panel and the inputs of a column stay in the
/// first cache while its blocks pass. Never inlined: beside its like GCC 12 keeps the distance of the weights on the stack.
template <class Ops, std::size_t n_output, std::size_t n_vec>
[[gnu::noinline]] void dense_columns(const DenseArgs& a, std::size_t voxel, std::size_t n_column) noexcept {
  for (std::size_t first = 0; first < a.n_out; first += layout::panel_outputs) {
    const std::size_t width = layout::panel_width(a.n_packed, first);
    const std::size_t end = first + width < a.n_out ? first + width : a.n_out;
    const float* const panel = a.weights + first * a.n_in;
    for (std::size_t column = 0; column < n_column; ++column) {
      const std::size_t at = voxel + column * n_vec * Ops::lanes;
      std::size_t j = first;
      for (; j + n_output <= first + width && j < end; j += n_output)
        dense_block<Ops, n_output, n_vec>(a, j, at, panel + (j - first), width);
      if constexpr (n_output > layout::tile_outputs)
        if (j < end) dense_block<Ops, layout::tile_outputs, n_vec>(a, j, at, panel + (j - first), width);
    }
  }
}

/// Layers with more inputs than this take outputs in lanes for any number of voxels: a block here reads a part of each line of
/// a panel, which is no stream for the hardware that fetches ahead, and such a panel does not stay in the first cache.
inline constexpr std::size_t long_inputs = 192;

/// Fewer voxels than a full column has, from `voxel` on: as many vectors as they need. Half a vector of them or fewer are
/// faster with outputs in lanes.
template <class Ops>
inline void dense_rest(const DenseArgs& a, std::size_t voxel) noexcept {
  const std::size_t left = a.n_voxel - voxel;
  if (2 * left <= Ops::lanes || Ops::lanes == 1) return dense_outputs<Ops>(a, voxel);
  if (left <= Ops::lanes) return dense_columns<Ops, 2 * layout::tile_outputs, 1>(a, voxel, 1);
  if (left <= 2 * Ops::lanes) return dense_columns<Ops, layout::tile_outputs, 2>(a, voxel, 1);
  dense_columns<Ops, layout::tile_outputs, Ops::dense_vectors>(a, voxel, 1);
}

template <class Ops>
void dense(const DenseArgs& a) noexcept {
  if constexpr (Ops::row_stride == 1) {
    dense_outputs_of_one<Ops>(a);
  } else {
    constexpr std::size_t column = Ops::dense_vectors * Ops::lanes;
    static_assert(layout::tile_voxels % column == 0);
    if (a.n_in > long_inputs) return dense_outputs<Ops>(a, 0);
    const std::size_t n_column = a.n_voxel / column;
    if (n_column > 0) dense_columns<Ops, layout::tile_outputs, Ops::dense_vectors>(a, 0, n_column);
    if (n_column * column < a.n_voxel) dense_rest<Ops>(a, n_column * column);
  }
}

}  // namespace crbrt
