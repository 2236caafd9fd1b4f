// SPDX-License-Identifier: Apache-2.0
/// What every vocabulary does in fours: four outputs of one voxel, and four columns of the rows of a vector of voxels.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/src/isa/bit_cast.h"

namespace crbrt {

/// Four outputs of one voxel in 128 bits: what dense uses where there are few voxels. `Own` is the Ops of an instruction set,
/// so that nothing emitted here is shared between two of them.
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
  /// quads[i][k] becomes quads[k][i].
  static void transpose_quads(Quad (&quads)[4]) noexcept {
    const Quad low01 = __builtin_shufflevector(quads[0], quads[1], 0, 4, 1, 5);
    const Quad low23 = __builtin_shufflevector(quads[2], quads[3], 0, 4, 1, 5);
    const Quad high01 = __builtin_shufflevector(quads[0], quads[1], 2, 6, 3, 7);
    const Quad high23 = __builtin_shufflevector(quads[2], quads[3], 2, 6, 3, 7);
    quads[0] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
    quads[1] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
    quads[2] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
    quads[3] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
  }
  static Quad relu_quad(Quad x) noexcept {  // +0 for -0 and NaN
    using Bits [[gnu::vector_size(16)]] = std::int32_t;
    return bit_cast<Quad>(bit_cast<Bits>(x) & bit_cast<Bits>(x > Quad{0, 0, 0, 0}));
  }
  static Quad mul_add_quad(Quad a, Quad b, Quad c) noexcept { return a * b + c; }  ///< two roundings; others hide it
};

/// The rows of the caller to columns, four at a time, by the shuffles of an instruction set (struct I).
template <class I>
struct TransposedRows {
  /// Four neighbouring floats of `lanes` rows: column c of all of them in columns[c].
  template <class Vec>
  static void load_columns(const float* rows, std::size_t stride, Vec (&columns)[4]) noexcept {
    typename I::Floats r[4];
    for (std::size_t i = 0; i < 4; ++i) r[i] = I::load_rows(rows + i * stride, 4 * stride);
    const typename I::Floats low01 = I::unpack_low(r[0], r[1]), low23 = I::unpack_low(r[2], r[3]);
    const typename I::Floats high01 = I::unpack_high(r[0], r[1]), high23 = I::unpack_high(r[2], r[3]);
    columns[0] = I::first_pairs(low01, low23);
    columns[1] = I::second_pairs(low01, low23);
    columns[2] = I::first_pairs(high01, high23);
    columns[3] = I::second_pairs(high01, high23);
  }
};

}  // namespace crbrt
