// SPDX-License-Identifier: Apache-2.0
/// The integer algorithms of dense.h over the vocabulary of an instruction set. As in floats a block of tile_outputs
/// outputs and a few vectors of voxels stays in registers while k runs; the voxels of that tile are outermost, so that the
/// inputs stay in the first cache while the weights of a large layer stream past them.
///
/// u8: one step takes two words (eight inputs): Ops::dot_u8 adds eight products to each sum. On AVX2 two maddubs (2 products
/// each, in 16 bits), one addition, one madd and one addition: 3 multiplications for 64 products where floats need 8. Sixteen
/// registers hold 8 sums, 4 inputs, a weight and 3 products; a third vector of voxels would spill.
#pragma once

#include "runtime/src/kernels/dense/dense_integer_outputs-inl.h"
#include "runtime/src/kernels/integer_requant-inl.h"

namespace crbrt {

/// Outputs j .. j + tile_outputs of n_vec vectors of voxels; `weights` is the block of those outputs.
template <class Ops, std::size_t n_vec>
inline void dense_u8_block(const DenseIntegerArgs& a, std::size_t j, std::size_t voxel, const std::int8_t* weights) noexcept {
  using Int = typename Ops::Int;
  constexpr std::size_t word = 4;  // bytes
  Int acc[layout::tile_outputs][n_vec];
  unrolled<layout::tile_outputs>([&](auto o) __attribute__((always_inline)) {
    const Int start = Ops::start_u8(a.tables->bias[j + o], a.tables->row_sum[j + o]);
    unrolled<n_vec>([&](auto v) __attribute__((always_inline)) { acc[o][v] = start; });
  });

  const std::uint32_t* in = static_cast<const std::uint32_t*>(a.in) + voxel;
  for (std::size_t k = 0; k < a.n_in; k += 2 * word) {
    Int x[2][n_vec];
    unrolled<n_vec>([&](auto v) __attribute__((always_inline)) {
      x[0][v] = Ops::load_u8(in + v * Ops::lanes);
      x[1][v] = Ops::load_u8(in + Ops::row_stride + v * Ops::lanes);
    });
    unrolled<layout::tile_outputs>([&](auto o) __attribute__((always_inline)) {
      Ops::template dot_u8<n_vec>(x[0], weights + o * word, x[1], weights + (layout::tile_outputs + o) * word, acc[o]);
    });
    in += 2 * Ops::row_stride;
    weights += 2 * layout::tile_outputs * word;
  }
  store_block<Ops, n_vec>({a.out, a.add, a.number, a.relu, a.n_out}, *a.tables, j, voxel, acc);
}

template <class Ops, std::size_t n_vec>
inline void dense_s16_block(const DenseIntegerArgs& a, std::size_t j, std::size_t voxel, const std::int16_t* weights) noexcept {
  using Int = typename Ops::Int;
  constexpr std::size_t word = 2;  // numbers of 16 bits
  Int acc[layout::tile_outputs][n_vec];
  unrolled<layout::tile_outputs>([&](auto o) __attribute__((always_inline)) {
    const Int start = Ops::broadcast_int(a.tables->bias[j + o]);
    unrolled<n_vec>([&](auto v) __attribute__((always_inline)) { acc[o][v] = start; });
  });

  const std::uint32_t* in = static_cast<const std::uint32_t*>(a.in) + voxel;
  for (std::size_t k = 0; k < a.n_in; k += word) {
    Int x[n_vec];
    unrolled<n_vec>([&](auto v) __attribute__((always_inline)) { x[v] = Ops::load_words(in + v * Ops::lanes); });
    unrolled<layout::tile_outputs>([&](auto o) __attribute__((always_inline)) {
      const Int w = Ops::broadcast_word(weights + o * word);
      unrolled<n_vec>([&](auto v) __attribute__((always_inline)) { acc[o][v] = Ops::dot_s16(x[v], w, acc[o][v]); });
    });
    in += Ops::row_stride;
    weights += layout::tile_outputs * word;
  }
  store_block<Ops, n_vec>({a.out, a.add, a.number, a.relu, a.n_out}, *a.tables, j, voxel, acc);
}

template <class Ops, std::size_t n_vec>
inline void dense_u8_column(const DenseIntegerArgs& a, std::size_t voxel) noexcept {
  const std::size_t block = layout::tile_outputs * layout::padded_inputs(Number::u8, a.n_in);
  const std::int8_t* weights = a.tables->weights_s8;
  for (std::size_t j = 0; j < a.n_out; j += layout::tile_outputs, weights += block)
    dense_u8_block<Ops, n_vec>(a, j, voxel, weights);
}

template <class Ops, std::size_t n_vec>
inline void dense_s16_column(const DenseIntegerArgs& a, std::size_t voxel) noexcept {
  const std::size_t block = layout::tile_outputs * layout::padded_inputs(Number::s16, a.n_in);
  const std::int16_t* weights = a.tables->weights_s16;
  for (std::size_t j = 0; j < a.n_out; j += layout::tile_outputs, weights += block)
    dense_s16_block<Ops, n_vec>(a, j, voxel, weights);
}

template <class Ops>
void dense_u8(const DenseIntegerArgs& a) noexcept {
  if constexpr (Ops::row_stride == 1) {
    dense_u8_outputs<Ops>(a);
  } else {
    constexpr std::size_t column = Ops::integer_vectors * Ops::lanes;
    static_assert(layout::tile_voxels % column == 0);
    if (a.n_voxel <= Ops::lanes) return dense_u8_column<Ops, 1>(a, 0);
    for (std::size_t voxel = 0; voxel < a.n_voxel; voxel += column) dense_u8_column<Ops, Ops::integer_vectors>(a, voxel);
  }
}

template <class Ops>
void dense_s16(const DenseIntegerArgs& a) noexcept {
  if constexpr (Ops::row_stride == 1) {
    dense_s16_outputs<Ops>(a);
  } else {
    constexpr std::size_t column = Ops::integer_vectors * Ops::lanes;
    if (a.n_voxel <= Ops::lanes) return dense_s16_column<Ops, 1>(a, 0);
    for (std::size_t voxel = 0; voxel < a.n_voxel; voxel += column) dense_s16_column<Ops, Ops::integer_vectors>(a, voxel);
  }
}

}  // namespace crbrt
