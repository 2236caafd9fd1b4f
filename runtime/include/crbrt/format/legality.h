// SPDX-License-Identifier: Apache-2.0
/// Which integer operations are legal, once for all who hold their tables: numbers in range, and a proof that no sum overflows
/// (integer_bounds.h). The loader asks for the tables of a file and says which rule they break, Session::bind for packed ones.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/format/integer_bounds.h"
#include "crbrt/format/program.h"

namespace crbrt {

/// A rule that tables break. None: `expected` is null.
struct Breach {
  static constexpr std::size_t whole = static_cast<std::size_t>(-1);  ///< `at` of a rule about no single element

  const char* expected;  ///< in words
  const char* table;     ///< as schema and docs/format.md call it; empty: the operation's own shape
  std::int64_t found;    ///< the number that breaks the rule, or the output whose sums do
  std::size_t at;        ///< element of the table

  /// Constructors, because GCC for AArch64 keeps an aggregate that holds addresses in writable data, which the runtime has none
  /// of.
  constexpr Breach() noexcept : Breach(nullptr, "") {}
  /// A rule and what breaks it.
  constexpr Breach(const char* expected_, const char* table_, std::int64_t found_ = 0, std::size_t at_ = whole) noexcept
      : expected(expected_), table(table_), found(found_), at(at_) {}

  /// Is a rule broken?
  constexpr explicit operator bool() const noexcept { return expected != nullptr; }
};

/// An integer operation without its tables. `kind` is one of those that have IntegerTables.
struct IntegerShape {
  OpKind kind;          ///< which operation
  std::size_t n_in;     ///< features read
  std::size_t n_row;    ///< outputs in the tables, padding included where they have any
  std::size_t n_group;  ///< of a group normalisation, else 0
  Number out;           ///< what is written
};

inline constexpr std::int64_t diagonal_bias_max = std::int64_t{1} << 30;  ///< beside a product of two s16

/// Largest magnitude that an input can have: -32768, which a saturated skip can give; u8 count 256, because kernels of signed
/// bytes start from bias + 128 * row_sum and take u8 - 128.
constexpr std::int64_t input_magnitude(Number number) noexcept {
  return number == Number::u8 ? u8_max + 1 : -std::int64_t{s16_min};
}

/// Is x in [low, high]?
constexpr bool is_between(std::int64_t x, std::int64_t low, std::int64_t high) noexcept { return x >= low && x <= high; }

/// A group of n has n / 2 pairs, and the square of a pair is at most 2^31 before it is shifted.
constexpr Breach group_norm_breach(const IntegerShape& shape, const IntegerGroupNorm& c) noexcept {
  if (shape.n_group == 0 || shape.n_in % shape.n_group != 0 || !group_fits(shape.n_in, shape.n_group))
    return {"groups of a multiple of 4 or one even group", ""};
  const auto size = static_cast<std::int64_t>(shape.n_in / shape.n_group);
  if (!is_between(c.mean_shift, 0, shift_max)) return {"0 to 31", "group_norm.mean_shift", c.mean_shift};
  if (!is_between(c.mean_multiplier, 1, s16_max)) return {"1 to 32767", "group_norm.mean_multiplier", c.mean_multiplier};
  if (!mean_fits(size, {c.mean_shift, c.mean_multiplier}))
    return {"2^mean_shift of at least the size of a group, and a multiplier of at most 2^(14 + mean_shift) by it",
            "group_norm.mean_shift", c.mean_shift};
  if (!is_between(c.square_shift, 2, 28) || c.square_shift % 2 != 0)
    return {"an even number from 2 to 28", "group_norm.square_shift", c.square_shift};
  if (c.epsilon < 1) return {"at least 1", "group_norm.epsilon", c.epsilon};
  const std::int64_t largest = (std::int64_t{1} << (31 - c.square_shift)) * (size / 2) + c.epsilon;
  if (largest > acc_max) return {"squares that add up to less than 2^31", "group_norm.square_shift", largest};
  return {};
}

/// Output j. Tables: weight(j, k) for k below the padded inputs (0 past the last), or of one input for operations that are not
/// dense; bias(j); requant(j) unless sums are written.
template <class Tables>
constexpr Breach output_breach(const IntegerShape& shape, const Tables& tables, std::size_t j) noexcept {
  const Number in = facts(shape.kind).reads;
  const std::size_t n_in = is_dense(shape.kind) ? layout::padded_inputs(in, shape.n_in) : 1;
  const auto weight = [&](std::size_t row, std::size_t k) { return tables.weight(row, k); };
  if (shape.out != Number::s32) {
    const Requant r = tables.requant(j);
    if (!is_between(r.shift, 0, shift_max)) return {"0 to 31", "shift", r.shift, j};
    if (!is_between(r.multiplier, 0, s16_max)) return {"0 to 32767", "multiplier", r.multiplier, j};
  }
  const std::int64_t bias = tables.bias(j);
  if (!sum_fits(weight, j, n_in, bias, input_magnitude(in)))
    return {"sums that stay within 32 bits", "weights", static_cast<std::int64_t>(j)};
  if (!is_dense(shape.kind) && !is_between(bias, -diagonal_bias_max, diagonal_bias_max))
    return {"at most 2^30 in magnitude", "bias", bias, j};
  if (in == Number::u8 && !quads_fit(weight, j, n_in))
    return {"products of four inputs that stay within 16 bits", "weights_s8", static_cast<std::int64_t>(j)};
  return {};
}

/// The first rule that an operation breaks; `group_norm` belongs to group_norm_s16 and may be null elsewhere.
template <class Tables>
constexpr Breach first_breach(const IntegerShape& shape, const Tables& tables, const IntegerGroupNorm* group_norm) noexcept {
  if (shape.kind == OpKind::group_norm_s16)
    if (const Breach breach = group_norm_breach(shape, *group_norm)) return breach;
  for (std::size_t j = 0; j < shape.n_row; ++j)
    if (const Breach breach = output_breach(shape, tables, j)) return breach;
  return {};
}

}  // namespace crbrt
