// SPDX-License-Identifier: Apache-2.0
/// From the 32-bit sums of one block of tile_outputs outputs to words of the next layer: what every integer kernel ends with.
/// One function per kind of number.
#pragma once

#include "crbrt/format/program.h"
#include "runtime/src/kernels/loops-inl.h"

namespace crbrt {

/// What becomes of the sums, and where. Pointers are those of the layer.
struct IntegerOutput {
  void* out;          ///< [row_words(number, n_out)][tile_voxels]
  const void* add;    ///< s16 only: [row_words(s16, n_out)][tile_voxels] or null
  Number number;      ///< s32, s16 or u8
  bool relu;          ///< s16 only
  std::size_t n_out;  ///< s32 only: its rows are not padded
};

/// The sums themselves.
template <class Ops, std::size_t n_vec>
inline void store_s32(const IntegerOutput& to, std::size_t j, std::size_t voxel,
                      const typename Ops::Int (&acc)[layout::tile_outputs][n_vec]) noexcept {
  std::uint32_t* const out = static_cast<std::uint32_t*>(to.out) + j * Ops::row_stride + voxel;
  unrolled<layout::tile_outputs>([&](auto o) __attribute__((always_inline)) {
    if (j + o >= to.n_out) return;
    unrolled<n_vec>([&](auto v) __attribute__((always_inline)) {
      Ops::store_words(out + o * Ops::row_stride + v * Ops::lanes, acc[o][v]);
    });
  });
}

template <class Ops, std::size_t n_vec>
inline void store_u8(const IntegerOutput& to, const IntegerTables& tables, std::size_t j, std::size_t voxel,
                     const typename Ops::Int (&acc)[layout::tile_outputs][n_vec]) noexcept {
  std::uint32_t* const out = static_cast<std::uint32_t*>(to.out) + j / 4 * Ops::row_stride + voxel;
  unrolled<n_vec>([&](auto v) __attribute__((always_inline)) {
    Ops::store_words(out + v * Ops::lanes, Ops::requantize_u8({acc[0][v], acc[1][v], acc[2][v], acc[3][v]}, tables.shift + j,
                                                              tables.multiplier + layout::tile_outputs * j));
  });
}

template <class Ops, std::size_t n_vec>
inline void store_s16(const IntegerOutput& to, const IntegerTables& tables, std::size_t j, std::size_t voxel,
                      const typename Ops::Int (&acc)[layout::tile_outputs][n_vec]) noexcept {
  using Int = typename Ops::Int;
  const std::size_t row = j / 2 * Ops::row_stride + voxel;
  std::uint32_t* const out = static_cast<std::uint32_t*>(to.out) + row;
  const std::uint32_t* const add = to.add != nullptr ? static_cast<const std::uint32_t*>(to.add) + row : nullptr;
  const bool relu = to.relu;
  unrolled<n_vec>([&](auto v) __attribute__((always_inline)) {
    Int words[2];
    Ops::requantize_s16({acc[0][v], acc[1][v], acc[2][v], acc[3][v]}, tables.shift + j,
                        tables.multiplier + layout::tile_outputs * j, words);
    unrolled<2>([&](auto i) __attribute__((always_inline)) {
      const std::size_t at = i * Ops::row_stride + v * Ops::lanes;
      if (add != nullptr) words[i] = Ops::add_saturate_s16(words[i], Ops::load_words(add + at));
      if (relu) words[i] = Ops::relu_s16(words[i]);
      Ops::store_words(out + at, words[i]);
    });
  });
}

/// Words of `voxel` and the following vectors, outputs j .. j + tile_outputs - 1.
template <class Ops, std::size_t n_vec>
inline void store_block(const IntegerOutput& to, const IntegerTables& tables, std::size_t j, std::size_t voxel,
                        const typename Ops::Int (&acc)[layout::tile_outputs][n_vec]) noexcept {
  static_assert(layout::tile_outputs == 4);
  if (to.number == Number::s32) return store_s32<Ops, n_vec>(to, j, voxel, acc);
  if (to.number == Number::u8) return store_u8<Ops, n_vec>(to, tables, j, voxel, acc);
  store_s16<Ops, n_vec>(to, tables, j, voxel, acc);
}

}  // namespace crbrt
