/// Rows of voxels to columns: the one transpose of all vectors. Rows that lie four apart share a vector, so that every step
/// stays within each 128 bits. An instruction set names its instructions (struct I): load_rows(row, step) takes four floats
/// from each of lanes / 4 rows, unpack_* and *_pairs do what unpcklps, unpckhps and movlhps, movhlps do in 128 bits.
#pragma once

#include <cstddef>

namespace crbrt {

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
