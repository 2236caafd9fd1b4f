// SPDX-License-Identifier: Apache-2.0
/// Random integer layers that are just legal: weights that use up what integer_bounds.h allows, features of every size, and
/// buffers that end at an unmapped page.
#pragma once

#include <algorithm>
#include <random>
#include <vector>

#include "crbrt/format/integer_bounds.h"
#include "crbrt/format/program.h"
#include "crbrt/format/requant.h"
#include "tests/support/guarded_buffer.h"

namespace crbrt::tests {

/// Whole numbers between two bounds, about one in six of them a bound or zero.
class Integers {
 public:
  explicit Integers(std::uint32_t seed) : random_(seed) {}
  std::int32_t operator()(std::int32_t low, std::int32_t high) {
    if (random_() % 6 == 0) return random_() % 3 == 0 ? std::clamp(0, low, high) : random_() % 2 == 0 ? low : high;
    return std::uniform_int_distribution<std::int32_t>(low, high)(random_);
  }

 private:
  std::mt19937 random_;
};

/// Words of a tile with features of this kind in all voxels, padding included.
inline std::vector<std::uint32_t> random_words(std::size_t n_feature, Number number, std::uint32_t seed) {
  Integers draw(seed);
  std::vector<std::uint32_t> words(layout::row_words(number, n_feature) * layout::tile_voxels);
  for (std::uint32_t& word : words) {
    const auto part = [&] { return static_cast<std::uint32_t>(number == Number::u8 ? draw(0, 255) : draw(-32768, 32767)); };
    if (number == Number::u8) word = part() | part() << 8 | part() << 16 | part() << 24;
    if (number == Number::s16) word = (part() & 0xffff) | part() << 16;
    if (number == Number::s32) word = static_cast<std::uint32_t>(draw(INT32_MIN, INT32_MAX));
  }
  return words;
}

/// Legal constants for groups of `size`, and square_shift as small as it may be, or larger.
inline IntegerGroupNorm group_norm_constants(std::size_t size, std::int32_t extra_shift = 0, std::int32_t epsilon = 1) {
  std::int32_t mean_shift = 0, square_shift = 2;
  while (std::size_t{1} << mean_shift < size) ++mean_shift;
  while (static_cast<std::int64_t>(size / 2) * (std::int64_t{1} << (31 - square_shift)) + epsilon > INT32_MAX)
    square_shift += 2;
  const std::size_t multiplier = (std::size_t{1} << (14 + mean_shift)) / size;
  return {mean_shift, static_cast<std::int32_t>(multiplier), square_shift + extra_shift, epsilon};
}

/// Tables of one integer op, each ending at an unmapped page.
struct IntegerLayer {
  IntegerLayer(Number input, std::size_t n_in_, std::size_t n_out_, std::uint32_t seed)
      : n_in(n_in_),
        n_out(n_out_),
        weights_s8(input == Number::u8 ? layout::packed_size(input, n_in, n_out) : 0),
        weights_s16(input == Number::s16 ? layout::packed_size(input, n_in, n_out) : layout::packed_diagonal_size(n_out)),
        bias(layout::padded_outputs(n_out)),
        row_sum(bias.size()),
        shift(bias.size()),
        multiplier(layout::tile_outputs * bias.size()),
        tables{weights_s8.data(), weights_s16.data(), bias.data(), row_sum.data(), shift.data(), multiplier.data()} {
    std::fill_n(weights_s8.data(), weights_s8.size(), std::int8_t{0});
    std::fill_n(weights_s16.data(), weights_s16.size(), std::int16_t{0});
    Integers draw(seed);
    for (std::size_t j = 0; j < bias.size(); ++j) {
      std::int64_t used = 0;
      if (input == Number::u8) used = fill_u8(j, draw);
      if (input == Number::s16) used = fill_s16(j, draw);
      if (input == Number::f32) used = fill_diagonal(j, draw);
      bias.data()[j] =
          j < n_out ? draw(static_cast<std::int32_t>(used - acc_max), static_cast<std::int32_t>(acc_max - used)) : 0;
      if (j % 2 == 0) bias.data()[j] /= 4096;  // others saturate whatever the inputs are
      shift.data()[j] = draw(0, j % 3 == 0 ? shift_max : 14);
      std::fill_n(multiplier.data() + layout::tile_outputs * j, layout::tile_outputs,
                  static_cast<std::int16_t>(draw(0, s16_max)));
    }
  }

  std::size_t n_in, n_out;
  GuardedBuffer<std::int8_t> weights_s8;
  GuardedBuffer<std::int16_t> weights_s16;
  GuardedBuffer<std::int32_t> bias, row_sum, shift;
  GuardedBuffer<std::int16_t> multiplier;
  IntegerTables tables;

 private:
  /// What the weights can add to a sum.
  std::int64_t fill_u8(std::size_t j, Integers& draw) {
    std::vector<std::int32_t> row(layout::padded_inputs(Number::u8, n_in), 0);
    row_sum.data()[j] = 0;
    std::int64_t total = 0;
    for (std::size_t k = 0; j < n_out && k < n_in; ++k) {
      const std::size_t first = k / 8 * 8 + k % 4 / 2 * 2;  // of the four that are added in 16 bits
      std::int32_t positive = 0, negative = 0;
      for (const std::size_t at : {first, first + 1, first + 4, first + 5})
        positive += std::max(row[at], 0), negative -= std::min(row[at], 0);
      row[k] = draw(std::max(-127, negative - quad_weight_max), std::min(127, quad_weight_max - positive));
      weights_s8.data()[layout::packed_index(Number::u8, n_in, j, k)] = static_cast<std::int8_t>(row[k]);
      row_sum.data()[j] += row[k];
      total += std::abs(row[k]) * 256;
    }
    return total;
  }

  std::int64_t fill_s16(std::size_t j, Integers& draw) {
    std::int64_t total = 0;
    for (std::size_t k = 0; j < n_out && k < n_in; ++k) {
      const auto left = static_cast<std::int32_t>(std::min<std::int64_t>((acc_max - total) / 32768, 32767));
      const std::int32_t weight = draw(-left, left) / (k % 2 == 0 ? 1 : 64);
      weights_s16.data()[layout::packed_index(Number::s16, n_in, j, k)] = static_cast<std::int16_t>(weight);
      total += std::abs(weight) * std::int64_t{32768};
    }
    return total;
  }

  std::int64_t fill_diagonal(std::size_t j, Integers& draw) {
    weights_s16.data()[layout::packed_diagonal_index(j)] = static_cast<std::int16_t>(draw(-32767, 32767));
    return std::int64_t{1} << 30;
  }
};

}  // namespace crbrt::tests
