// SPDX-License-Identifier: Apache-2.0
/// The integer algorithms of dense.h for a tile of one voxel: four outputs lie in lanes, as a block of weights has them, and a
/// word of the voxel is in all four. Vectors of 256 bits take two words of the input side by side. Sums are exact, so that
/// their order is free. What becomes of them is written for one output at a time, which compilers turn into vectors.
#pragma once

#include "crbrt/format/requant.h"
#include "runtime/src/kernels/dense/dense.h"
#include "runtime/src/kernels/loops-inl.h"

namespace crbrt {

inline constexpr std::size_t block_bytes = 16;  ///< weights of a block for one word of the input

/// Outputs j .. j + n from their sums: what store_block does, feature after feature, as they lie side by side here.
template <class Ops, std::size_t n>
inline void finish_outputs(const DenseIntegerArgs& a, std::size_t j, const std::int32_t (&sums)[n]) noexcept {
  if (a.number == Number::s32) {
    std::int32_t* const out = static_cast<std::int32_t*>(a.out) + j;
    for (std::size_t o = 0; o < n && j + o < a.n_out; ++o) out[o] = sums[o];
    return;
  }
  std::int32_t values[n];
  for (std::size_t o = 0; o < n; ++o)
    values[o] = requantize(sums[o], {a.tables->shift[j + o], a.tables->multiplier[layout::tile_outputs * (j + o)]});
  if (a.number == Number::u8) {
    std::uint8_t* const out = static_cast<std::uint8_t*>(a.out) + j;
    for (std::size_t o = 0; o < n; ++o) out[o] = static_cast<std::uint8_t>(saturate(values[o], 0, u8_max));
    return;
  }
  std::int16_t* const out = static_cast<std::int16_t*>(a.out) + j;
  if (a.add != nullptr) {
    const std::int16_t* const add = static_cast<const std::int16_t*>(a.add) + j;
    for (std::size_t o = 0; o < n; ++o) values[o] = saturate(values[o] + add[o], s16_min, s16_max);
  }
  const std::int32_t least = a.relu ? 0 : s16_min;
  for (std::size_t o = 0; o < n; ++o) out[o] = static_cast<std::int16_t>(values[o] > least ? values[o] : least);
}

/// The sums of n_block blocks, added to where they start.
template <class Outputs, std::size_t n_block>
inline void store_sums(const typename Outputs::Sums (&acc)[n_block], const std::int32_t* start,
                       std::int32_t (&sums)[n_block * layout::tile_outputs]) noexcept {
  unrolled<n_block>([&](auto b) __attribute__((always_inline)) { Outputs::store(acc[b], sums + b * layout::tile_outputs); });
  for (std::size_t o = 0; o < n_block * layout::tile_outputs; ++o) sums[o] += start[o];
}

/// n_block blocks of outputs from j on share each word of the input once it is in all lanes.
template <class Ops, std::size_t n_block>
inline void dense_u8_output_blocks(const DenseIntegerArgs& a, std::size_t j) noexcept {
  using Outputs = typename Ops::Vectors::Outputs;
  const std::size_t n_word = layout::padded_inputs(Number::u8, a.n_in) / 4, step = n_word * block_bytes;
  const std::int8_t* weights = a.tables->weights_s8 + j / layout::tile_outputs * step;
  const std::uint32_t* const in = static_cast<const std::uint32_t*>(a.in);
  typename Outputs::Sums acc[n_block];
  unrolled<n_block>([&](auto b) __attribute__((always_inline)) { acc[b] = Outputs::none(); });
  for (std::size_t k = 0; k < n_word;
       k += Outputs::words, weights += Outputs::words * block_bytes) {  // words are even in number
    const auto x = Outputs::spread_u8(in + k);
    unrolled<n_block>([&](auto b) __attribute__((always_inline)) {
      acc[b] = Outputs::dot_u8(x, Outputs::weights(weights + b * step), acc[b]);
    });
  }
  std::int32_t sums[n_block * layout::tile_outputs];
  store_sums<Outputs, n_block>(acc, a.tables->bias + j, sums);
  if constexpr (Outputs::has_signed_bytes)
    for (std::size_t o = 0; o < n_block * layout::tile_outputs; ++o) sums[o] += 128 * a.tables->row_sum[j + o];
  finish_outputs<Ops>(a, j, sums);
}

template <class Ops, std::size_t n_block>
inline void dense_s16_output_blocks(const DenseIntegerArgs& a, std::size_t j) noexcept {
  using Outputs = typename Ops::Vectors::Outputs;
  const std::size_t n_word = layout::padded_inputs(Number::s16, a.n_in) / 2, step = n_word * block_bytes / 2;
  const std::int16_t* weights = a.tables->weights_s16 + j / layout::tile_outputs * step;
  const std::uint32_t* const in = static_cast<const std::uint32_t*>(a.in);
  typename Outputs::Sums acc[n_block];
  unrolled<n_block>([&](auto b) __attribute__((always_inline)) { acc[b] = Outputs::none(); });
  std::size_t k = 0;
  for (; k + Outputs::words <= n_word; k += Outputs::words, weights += Outputs::words * block_bytes / 2) {
    const auto x = Outputs::spread_s16(in + k);
    unrolled<n_block>([&](auto b) __attribute__((always_inline)) {
      acc[b] = Outputs::dot_s16(x, Outputs::weights(weights + b * step), acc[b]);
    });
  }
  if constexpr (Outputs::words > 1)
    if (k < n_word)
      for (std::size_t b = 0; b < n_block; ++b)
        acc[b] = Outputs::dot_s16(Outputs::spread_last_s16(in + k), Outputs::last_weights(weights + b * step), acc[b]);
  std::int32_t sums[n_block * layout::tile_outputs];
  store_sums<Outputs, n_block>(acc, a.tables->bias + j, sums);
  finish_outputs<Ops>(a, j, sums);
}

template <class Ops>
inline void dense_u8_outputs(const DenseIntegerArgs& a) noexcept {
  std::size_t j = 0;
  for (; j + 4 * layout::tile_outputs <= a.n_out; j += 4 * layout::tile_outputs) dense_u8_output_blocks<Ops, 4>(a, j);
  for (; j < a.n_out; j += layout::tile_outputs) dense_u8_output_blocks<Ops, 1>(a, j);
}

template <class Ops>
inline void dense_s16_outputs(const DenseIntegerArgs& a) noexcept {
  std::size_t j = 0;
  for (; j + 4 * layout::tile_outputs <= a.n_out; j += 4 * layout::tile_outputs) dense_s16_output_blocks<Ops, 4>(a, j);
  for (; j < a.n_out; j += layout::tile_outputs) dense_s16_output_blocks<Ops, 1>(a, j);
}

}  // namespace crbrt
