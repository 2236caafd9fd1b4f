// SPDX-License-Identifier: Apache-2.0
/// An integer program with random tables whose features stay in the middle of their ranges: every integer op, a skip, widths
/// that are no multiple of a tile. The same numbers on every machine.
#pragma once

#include <algorithm>
#include <bit>
#include <deque>
#include <random>
#include <vector>

#include "crbrt/format/program.h"

namespace crbrt::tests {

class IntegerProgram {
 public:
  IntegerProgram() {
    program.version = program_version;
    program.name = "fixed";
    program.model_sha256 = "0000000000000000000000000000000000000000000000000000000000000000";
    program.n_coeff = n_coeff;
    program.preprocessing = {0, -1, 1, floats(2 * n_coeff, 0), floats(2 * n_coeff, 3)};
    slot_width = {2 * n_coeff, 8, 8, 16, 16, 16, 21};
    push(OpKind::quantize, 2 * n_coeff, 0, 1, Number::s16).weights = floats(2 * n_coeff, 2048);
    dense(Number::s16, 30, 1, 2, Number::u8);
    dense(Number::u8, 28, 2, 3, Number::s16);
    normalise(28, 3, 4, Number::u8);
    dense(Number::u8, 28, 4, 5, Number::s16).add_slot = 3;
    ops.back().relu = 1;
    affine(28, 5, 5, Number::s16);
    dense(Number::s16, 21, 5, 6, Number::s32);
    push(OpKind::dequantize, 21, 6, 6, Number::f32).weights = floats(21, 0x1p-20f);
    program.n_output = 5;
    outputs.assign(5, Output{"estimate", "1", 0.5f, 2.0f, -1.0f, 2.0f});
    program.uncertainty = &uncertainty;
    program.atypicality = &atypicality;
    update();
  }
  IntegerProgram(const IntegerProgram&) = delete;
  IntegerProgram& operator=(const IntegerProgram&) = delete;

  /// After a change of a vector.
  void update() {
    program.ops = ops.data();
    program.n_op = static_cast<std::uint32_t>(ops.size());
    program.outputs = outputs.data();
    program.slot_width = slot_width.data();
    program.n_slot = static_cast<std::uint32_t>(slot_width.size());
  }

  static constexpr std::uint32_t n_coeff = 8;
  Program program{};
  std::vector<Op> ops;
  std::vector<Output> outputs;
  std::vector<std::uint32_t> slot_width;
  Uncertainty uncertainty{-2.5f, -1.25f, 0.75f};
  Atypicality atypicality{1.5f};

  /// Tables of one op, to spoil.
  struct Tables {
    std::vector<std::int8_t> s8;
    std::vector<std::int16_t> s16, multiplier;
    std::vector<std::int32_t> bias, row_sum, shift;
    IntegerTables view{};
  };
  std::deque<Tables> tables;
  IntegerGroupNorm group_constants{2, 16384, 2, 40};

 private:
  std::int32_t draw(std::int32_t low, std::int32_t high) {
    return low + static_cast<std::int32_t>(random_() % static_cast<std::uint32_t>(high - low + 1));
  }

  const float* floats(std::size_t n, float value) { return float_data_.emplace_back(n, value).data(); }

  Op& push(OpKind kind, std::uint32_t n_out, std::uint32_t in, std::uint32_t out, Number number) {
    const std::uint32_t n_in = ops.empty() ? 2 * n_coeff : ops.back().n_out;
    ops.push_back({kind, n_in, n_out, in, out, -1, 0, 0, 0, nullptr, nullptr, number});
    return ops.back();
  }

  /// Results of about a third of the range where sums are about 2^bits.
  Tables& requantized(std::uint32_t n_out, Number number, std::int32_t bits) {
    Tables& t = tables.emplace_back();
    const std::size_t n = layout::padded_outputs(n_out);
    for (std::size_t j = 0; j < n; ++j) {
      t.shift.push_back(std::max(0, bits - 13));
      t.bias.push_back(j < n_out ? draw(0, 1 << (bits - 2)) : 0);
      t.row_sum.push_back(0);
      const auto multiplier = static_cast<std::int16_t>(number == Number::u8 ? draw(300, 500) : draw(20000, 32767));
      t.multiplier.insert(t.multiplier.end(), layout::tile_outputs, multiplier);
    }
    return t;
  }

  Op& finish(Op& op, Tables& t) {
    t.view = {t.s8.data(), t.s16.data(), t.bias.data(), t.row_sum.data(), t.shift.data(), t.multiplier.data()};
    op.integers = &t.view;
    return op;
  }

  Op& dense(Number input, std::uint32_t n_out, std::uint32_t in, std::uint32_t out, Number number) {
    Op& op = push(input == Number::u8 ? OpKind::dense_u8 : OpKind::dense_s16, n_out, in, out, number);
    program.macs_per_voxel += std::uint64_t{op.n_in} * n_out;
    Tables& t = requantized(n_out, number, input == Number::u8 ? 14 : 21);
    const std::size_t size = layout::packed_size(input, op.n_in, n_out);
    input == Number::u8 ? t.s8.resize(size) : t.s16.resize(size);
    for (std::size_t j = 0; j < n_out; ++j)
      for (std::size_t k = 0; k < op.n_in; ++k) {
        const std::int32_t weight = input == Number::u8 ? draw(-32, 32) : draw(-400, 400);
        const std::size_t at = layout::packed_index(input, op.n_in, j, k);
        if (input == Number::u8) t.s8[at] = static_cast<std::int8_t>(weight), t.row_sum[j] += weight;
        if (input == Number::s16) t.s16[at] = static_cast<std::int16_t>(weight);
      }
    return finish(op, t);
  }

  Tables& diagonal(std::uint32_t n, Number number) {
    Tables& t = requantized(n, number, 22);
    t.s16.resize(layout::packed_diagonal_size(n));
    for (std::size_t j = 0; j < n; ++j) t.s16[layout::packed_diagonal_index(j)] = static_cast<std::int16_t>(draw(500, 900));
    return t;
  }

  void affine(std::uint32_t n, std::uint32_t in, std::uint32_t out, Number number) {
    finish(push(OpKind::affine_s16, n, in, out, number), diagonal(n, number));
  }

  void normalise(std::uint32_t n, std::uint32_t in, std::uint32_t out, Number number) {
    Op& op = finish(push(OpKind::group_norm_s16, n, in, out, number), diagonal(n, number));
    op.n_group = n / 4;
    op.integer_group_norm = &group_constants;
  }

  std::mt19937 random_{7};
  std::deque<std::vector<float>> float_data_;
};

}  // namespace crbrt::tests
