// SPDX-License-Identifier: Apache-2.0
/// Why no integer op overflows: bounds from the weights alone, for every input there can be. The code generator refuses what
/// breaks them and Session::bind checks them again.
///
///   32-bit sums   |bias[j]| + max |input| * sum_k |weight[j, k]| <= 2^31 - 1      (all partial sums are below, in any order)
///   16-bit sums   u8 inputs only: four products are added in 16 bits, those of inputs k, k + 1, k + 4 and k + 5 with k = 8 i
///                 or 8 i + 2. Inputs are never negative, so the worst sums are 255 times the positive and 255 times the
///                 negative weights: each part at most 128 (255 * 128 = 32640)
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/format/layout.h"
#include "crbrt/format/requant.h"

namespace crbrt {

inline constexpr std::int64_t acc_max = INT32_MAX;    ///< of every sum's magnitude
inline constexpr std::int32_t quad_weight_max = 128;  ///< of the positive and of the negative weights of four inputs

/// Groups that group_norm_s16 takes: words of two features and blocks of four outputs belong to one group, or to the only one.
constexpr bool group_fits(std::size_t n_feature, std::size_t n_group) noexcept {
  const std::size_t size = n_feature / n_group;
  return size % layout::tile_outputs == 0 || (n_group == 1 && size % layout::per_word(Number::s16) == 0);
}

/// Whether mean_of_sum of `size` s16 is their mean at most, and no product leaves 30 bits.
constexpr bool mean_fits(std::int64_t size, Requant mean) noexcept {
  return mean.shift <= shift_max && size <= std::int64_t{1} << mean.shift &&
         size * mean.multiplier <= std::int64_t{1} << (14 + mean.shift);
}

/// Weight (output j, input k), k below padded_inputs, as a callable: the packed table or a matrix.
template <class Weight>
constexpr bool sum_fits(const Weight& weight, std::size_t j, std::size_t n_in, std::int64_t bias,
                        std::int64_t input_max) noexcept {
  std::int64_t total = bias < 0 ? -bias : bias;
  for (std::size_t k = 0; k < n_in; ++k) {
    const std::int64_t w = weight(j, k);
    total += (w < 0 ? -w : w) * input_max;
    if (total > acc_max) return false;
  }
  return true;
}

/// Output j of a dense_u8 layer whose inputs are padded to n_in (a multiple of eight).
template <class Weight>
constexpr bool quads_fit(const Weight& weight, std::size_t j, std::size_t n_in) noexcept {
  for (std::size_t k = 0; k < n_in; k += (k % 8 == 0 ? 2 : 6)) {
    std::int32_t positive = 0, negative = 0;
    const std::size_t quad[] = {k, k + 1, k + 4, k + 5};
    for (const std::size_t at : quad) {
      const std::int32_t w = weight(j, at);
      positive += w > 0 ? w : 0;
      negative += w < 0 ? -w : 0;
    }
    if (positive > quad_weight_max || negative > quad_weight_max) return false;
  }
  return true;
}

}  // namespace crbrt
