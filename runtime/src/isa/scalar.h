// SPDX-License-Identifier: Apache-2.0
/// The portable vocabulary: one voxel per vector, no fused multiply-add. It defines what a primitive means; the other
/// instruction sets do the same in every lane.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crbrt/format/layout.h"
#include "crbrt/format/requant.h"
#include "runtime/src/isa/bit_cast.h"
#include "runtime/src/isa/quad.h"

namespace crbrt::scalar {

/// The number-th s16 of a word, and the number-th byte.
[[gnu::always_inline]] constexpr std::int32_t s16_of(std::int32_t word, int number) noexcept {
  return static_cast<std::int16_t>(static_cast<std::uint32_t>(word) >> (16 * number));
}
[[gnu::always_inline]] constexpr std::int32_t u8_of(std::int32_t word, int number) noexcept {
  return static_cast<std::uint8_t>(static_cast<std::uint32_t>(word) >> (8 * number));
}
[[gnu::always_inline]] constexpr std::int32_t s8_of(std::int32_t word, int number) noexcept {
  return static_cast<std::int8_t>(u8_of(word, number));
}
[[gnu::always_inline]] constexpr std::int32_t word_of(std::int32_t low, std::int32_t high) noexcept {
  return static_cast<std::int32_t>((static_cast<std::uint32_t>(low) & 0xffffu) | static_cast<std::uint32_t>(high) << 16);
}

/// The integer half of the portable vocabulary: a word of one voxel at a time. It defines what a primitive means. `Own` is the
/// Ops that it becomes part of, so that nothing emitted here is shared between two instruction sets.
template <class Own>
struct IntegerOps {
  using Int = std::int32_t;
  static constexpr std::size_t integer_vectors = 4;  ///< vectors of voxels in a register tile of dense_u8 and dense_s16

  static Int load_words(const void* p) noexcept {
    Int x;
    __builtin_memcpy(&x, p, sizeof x);
    return x;
  }
  static void store_words(void* p, Int x) noexcept { __builtin_memcpy(p, &x, sizeof x); }
  static Int broadcast_int(std::int32_t x) noexcept { return x; }
  static Int broadcast_word(const void* p) noexcept { return load_words(p); }  ///< need not be aligned

  /// u8 inputs as dot_u8 wants them, and the sum it starts from. Instruction sets whose products are of signed bytes take
  /// u8 - 128, and bias + 128 * row_sum.
  static Int load_u8(const void* p) noexcept { return load_words(p); }
  static Int start_u8(std::int32_t bias, std::int32_t row_sum) noexcept {
    static_cast<void>(row_sum);
    return bias;
  }

  static Int dot4(Int x, Int w, Int acc) noexcept {
    for (int i = 0; i < 4; ++i) acc += u8_of(x, i) * s8_of(w, i);
    return acc;
  }

  /// acc[v] += the four products of x0[v] with the word at w0 + the four of x1[v] with that at w1.
  template <std::size_t n_vec>
  static void dot_u8(const Int (&x0)[n_vec], const void* w0, const Int (&x1)[n_vec], const void* w1,
                     Int (&acc)[n_vec]) noexcept {
    for (std::size_t v = 0; v < n_vec; ++v) acc[v] = dot4(x1[v], broadcast_word(w1), dot4(x0[v], broadcast_word(w0), acc[v]));
  }

  /// acc + two products, modulo 2^32: twice (-32768)^2 is what group_norm_integer takes as unsigned.
  static Int dot_s16(Int x, Int w, Int acc) noexcept {
    const auto product = [&](int i) { return static_cast<std::uint32_t>(s16_of(x, i) * s16_of(w, i)); };
    return static_cast<Int>(static_cast<std::uint32_t>(acc) + product(0) + product(1));
  }

  static Int add_words(Int a, Int b) noexcept { return a + b; }
  static Int sub_words(Int a, Int b) noexcept { return a - b; }
  static Int mul_words(Int a, Int b) noexcept { return a * b; }
  static Int shift_right(Int x, std::int32_t count) noexcept { return x >> count; }
  static Int shift_right_logical(Int x, std::int32_t count) noexcept {
    return static_cast<Int>(static_cast<std::uint32_t>(x) >> count);
  }
  template <int count>
  static Int shift_right(Int x) noexcept {
    return x >> count;
  }
  template <int count>
  static Int shift_left(Int x) noexcept {
    return static_cast<Int>(static_cast<std::uint32_t>(x) << count);
  }
  static Int select_less(Int a, Int b, Int x, Int y) noexcept { return a < b ? x : y; }

  static Int word_of_s16(Int low, Int high) noexcept { return word_of(low, high); }  ///< the lower halves of both
  static Int sub_saturate_s16(Int a, Int b) noexcept {
    return word_of(saturate(s16_of(a, 0) - s16_of(b, 0), s16_min, s16_max),
                   saturate(s16_of(a, 1) - s16_of(b, 1), s16_min, s16_max));
  }
  static Int mul_low_s16(Int a, Int b) noexcept { return word_of(s16_of(a, 0) * s16_of(b, 0), s16_of(a, 1) * s16_of(b, 1)); }
  /// (a * b + 2^14) >> 15; never of two -32768.
  static Int mul_round_s16(Int a, Int b) noexcept {
    return word_of((s16_of(a, 0) * s16_of(b, 0) + (1 << 14)) >> 15, (s16_of(a, 1) * s16_of(b, 1) + (1 << 14)) >> 15);
  }

  static float to_float(Int x) noexcept { return static_cast<float>(x); }
  /// To the nearest whole number, ties to even; |x| <= 2^22. Adding 1.5 * 2^23 leaves the whole number in the last bits.
  static Int round_to_int(float x) noexcept { return bit_cast<Int>(x + 0x1.8p23f) - 0x4b400000; }

  /// Four sums of one voxel -> a word of four u8. multiplier holds each number four times (IntegerTables).
  static Int requantize_u8(const Int (&acc)[4], const std::int32_t* shift, const std::int16_t* multiplier) noexcept {
    std::uint32_t word = 0;
    for (std::uint32_t o = 0; o < 4; ++o)
      word |= std::uint32_t{crbrt::requantize_u8(acc[o], {shift[o], multiplier[4 * o]})} << (8 * o);
    return static_cast<Int>(word);
  }

  /// Four sums of one voxel -> two words of two s16.
  static void requantize_s16(const Int (&acc)[4], const std::int32_t* shift, const std::int16_t* multiplier,
                             Int (&words)[2]) noexcept {
    for (std::size_t i = 0; i < 2; ++i)
      words[i] = word_of(requantize(acc[2 * i], {shift[2 * i], multiplier[8 * i]}),
                         requantize(acc[2 * i + 1], {shift[2 * i + 1], multiplier[8 * i + 4]}));
  }

  static Int add_saturate_s16(Int a, Int b) noexcept {
    return word_of(saturate(s16_of(a, 0) + s16_of(b, 0), s16_min, s16_max),
                   saturate(s16_of(a, 1) + s16_of(b, 1), s16_min, s16_max));
  }
  static Int relu_s16(Int a) noexcept {
    return word_of(saturate(s16_of(a, 0), 0, s16_max), saturate(s16_of(a, 1), 0, s16_max));
  }
};

/// The half for floats; `Own` as above.
template <class Own>
struct FloatOps {
  using Vec = float;
  static constexpr std::size_t lanes = 1;

  static Vec load(const float* p) noexcept { return *p; }
  static void store(float* p, Vec x) noexcept { *p = x; }
  /// Four neighbouring floats of `lanes` rows: column c of all of them in columns[c].
  static void load_columns(const float* rows, std::size_t stride, Vec (&columns)[4]) noexcept {
    static_cast<void>(stride);  // one row
    for (std::size_t c = 0; c < 4; ++c) columns[c] = rows[c];
  }
  static Vec load_anywhere(const float* p) noexcept { return *p; }  ///< load and store without alignment
  static void store_anywhere(float* p, Vec x) noexcept { *p = x; }
  /// `lanes` pairs of floats: the first of each in parts[0], the second in parts[1].
  static void load_pairs(const float* p, Vec (&parts)[2]) noexcept {
    parts[0] = p[0];
    parts[1] = p[1];
  }
  static Vec broadcast(float x) noexcept { return x; }
  static Vec mul_add(Vec a, Vec b, Vec c) noexcept { return a * b + c; }  ///< two roundings (-ffp-contract=off)
  static Vec sqrt(Vec x) noexcept { return __builtin_sqrtf(x); }
  static Vec abs(Vec x) noexcept { return __builtin_fabsf(x); }
  static Vec max(Vec a, Vec b) noexcept { return select(a > b, a, b); }  ///< b where they are equal or one is NaN

  /// The larger of |x| and size (not negative) by their bits: NaN and infinity are above all numbers and are never lost.
  static Vec max_magnitude(Vec x, Vec size) noexcept {
    const auto a = bit_cast<std::uint32_t>(x) & 0x7fffffffu, b = bit_cast<std::uint32_t>(size);
    return bit_cast<float>(a > b ? a : b);
  }

  /// mask ? a : b, as bits: of `a > 0 ? a : 0` GCC 12 makes a branch that real data mispredicts half of the time.
  static Vec select(bool mask, Vec a, Vec b) noexcept {
    const std::uint32_t keep = mask ? ~std::uint32_t{0} : 0;
    return bit_cast<float>((bit_cast<std::uint32_t>(a) & keep) | (bit_cast<std::uint32_t>(b) & ~keep));
  }

  static std::uint32_t bits(bool mask) noexcept { return mask ? 1u : 0u; }  ///< bit l: lane l

  /// 2^-e for |x| in [2^e, 2^(e+1)), but at least 2^-126, so that it is a normal number for every x.
  static Vec inverse_power_of_two(Vec x) noexcept {
    const auto exponent = bit_cast<std::uint32_t>(x) & 0x7f800000u;
    return bit_cast<float>(exponent < 0x7e800000u ? 0x7f000000u - exponent : 0x00800000u);
  }

  /// e and m of a positive normal x = 2^e * m, m in [1, 2).
  static Vec exponent(Vec x) noexcept {
    return static_cast<float>(static_cast<std::int32_t>(bit_cast<std::uint32_t>(x) >> 23) - 127);
  }
  static Vec mantissa(Vec x) noexcept { return bit_cast<float>((bit_cast<std::uint32_t>(x) & 0x007fffffu) | 0x3f800000u); }

  /// 2^n for a whole n in [-126, 127]; anything for another n. Adding 1.5 * 2^23 leaves n in the last bits.
  static Vec power_of_two(Vec n) noexcept {
    return bit_cast<float>((bit_cast<std::uint32_t>(n + 0x1.8p23f) << 23) + 0x3f800000u);
  }
};

/// Sums of four outputs of one voxel.
template <class Own>
struct OutputsOfWords {
  struct Sums {
    std::int32_t of[4];
  };
  static constexpr std::size_t words = 1;  ///< of the input that one step takes
  static constexpr bool has_signed_bytes = false;

  static Sums none() noexcept { return {}; }
  static Sums spread_u8(const std::uint32_t* x) noexcept {
    const std::int32_t word = Own::broadcast_word(x);
    return {{word, word, word, word}};
  }
  static Sums spread_s16(const std::uint32_t* x) noexcept { return spread_u8(x); }
  static Sums weights(const void* p) noexcept {
    Sums w;
    __builtin_memcpy(&w, p, sizeof w);
    return w;
  }
  static Sums dot_u8(Sums x, Sums w, Sums acc) noexcept {
    for (std::size_t o = 0; o < 4; ++o) acc.of[o] = Own::dot4(x.of[o], w.of[o], acc.of[o]);
    return acc;
  }
  static Sums dot_s16(Sums x, Sums w, Sums acc) noexcept {
    for (std::size_t o = 0; o < 4; ++o) acc.of[o] = Own::dot_s16(x.of[o], w.of[o], acc.of[o]);
    return acc;
  }
  static void store(Sums acc, std::int32_t* sums) noexcept { __builtin_memcpy(sums, &acc, sizeof acc); }
};

struct Ops : QuadOps<Ops>, FloatOps<Ops>, IntegerOps<Ops> {
  using Outputs = OutputsOfWords<Ops>;
  static constexpr std::size_t row_stride = layout::tile_voxels;  ///< from one feature of a tile to the next
  static constexpr bool is_fused = false;                         ///< does mul_add round once?
  static constexpr std::size_t dense_vectors = 8;                 ///< vectors of voxels in a register tile of `dense`
  static constexpr std::size_t output_voxels = 4;                 ///< the most voxels of one of dense_outputs-inl.h
  static constexpr std::size_t preprocess_vectors = 4;
};

}  // namespace crbrt::scalar
