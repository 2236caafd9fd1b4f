// SPDX-License-Identifier: Apache-2.0
/// The integer vocabulary of scalar.h in vectors. The algorithms are written once; an instruction set names its
/// instructions (struct I) and the vector type. Packing instructions work within each 128 bits, and so does what follows them
/// here: a vector of 256 or 512 bits is two or four vectors of 128 side by side.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/src/kernels/loops-inl.h"

namespace crbrt {

template <class I>
struct IntegerVector {
  using Int = typename I::Int;
  static constexpr std::size_t integer_vectors = 2;  ///< dense_integer-inl.h says why
  static constexpr bool has_signed_bytes = false;    ///< are inputs of dot_bytes u8 - 128?

  static Int load_words(const void* p) noexcept { return I::load(p); }
  static void store_words(void* p, Int x) noexcept { I::store(p, x); }
  static Int broadcast_int(std::int32_t x) noexcept { return I::set1(x); }
  static Int broadcast_word(const void* p) noexcept {
    std::int32_t x;
    __builtin_memcpy(&x, p, sizeof x);
    return I::set1(x);
  }

  static Int load_u8(const void* p) noexcept { return I::load(p); }
  static Int start_u8(std::int32_t bias, std::int32_t) noexcept { return I::set1(bias); }

  // Of one voxel: its words in all lanes, weights of neighbouring outputs in the lanes.
  static Int spread_u8(const void* p) noexcept { return broadcast_word(p); }
  static Int load_anywhere_words(const void* p) noexcept { return I::load_anywhere(p); }
  static Int dot_bytes(Int x, Int w, Int acc) noexcept { return I::add_pairs(acc, I::maddubs(x, w)); }

  /// Each 16-bit lane holds at most four products, which fit (quad_weight_max).
  template <std::size_t n_vec>
  static void dot_u8(const Int (&x0)[n_vec], const void* w0, const Int (&x1)[n_vec], const void* w1,
                     Int (&acc)[n_vec]) noexcept {
    Int products[n_vec];
    const Int first = broadcast_word(w0);
    unrolled<n_vec>([&](auto v) __attribute__((always_inline)) { products[v] = I::maddubs(x0[v], first); });
    const Int second = broadcast_word(w1);
    unrolled<n_vec>([&](auto v) __attribute__((always_inline)) {
      products[v] = I::add_16(products[v], I::maddubs(x1[v], second));
      acc[v] = I::add_pairs(acc[v], products[v]);
    });
  }

  static Int dot_s16(Int x, Int w, Int acc) noexcept { return I::add_32(acc, I::madd_16(x, w)); }

  static Int add_words(Int a, Int b) noexcept { return I::add_32(a, b); }
  static Int sub_words(Int a, Int b) noexcept { return I::sub_32(a, b); }
  static Int mul_words(Int a, Int b) noexcept { return I::mullo_32(a, b); }
  static Int shift_right(Int x, std::int32_t count) noexcept { return I::shift_right(x, count); }
  static Int shift_right_logical(Int x, std::int32_t count) noexcept { return I::shift_right_logical(x, count); }
  template <int count>
  static Int shift_right(Int x) noexcept {
    return I::template shift_right<count>(x);
  }
  template <int count>
  static Int shift_left(Int x) noexcept {
    return I::template shift_left<count>(x);
  }
  /// To the nearest whole number, ties to even.
  template <class Vec>
  static Int round_to_int(const Vec& x) noexcept {
    return I::round(x);
  }
  static auto to_float(Int x) noexcept { return I::to_float(x); }

  static Int select_less(Int a, Int b, Int x, Int y) noexcept { return I::select_less(a, b, x, y); }
  static Int word_of_s16(Int low, Int high) noexcept { return I::blend_halves(low, I::template shift_left<16>(high)); }
  static Int sub_saturate_s16(Int a, Int b) noexcept { return I::subs_16(a, b); }
  static Int mul_low_s16(Int a, Int b) noexcept { return I::mullo_16(a, b); }
  static Int mul_round_s16(Int a, Int b) noexcept { return I::mulhrs(a, b); }

  /// In each 128 bits: outputs 0 0 0 0 1 1 1 1 of voxels 0 1 2 3, requantized.
  static Int requantize_two(Int acc0, Int acc1, const std::int32_t* shift, const std::int16_t* multiplier) noexcept {
    const Int pair = I::pack_s16(I::shift_right(acc0, shift[0]), I::shift_right(acc1, shift[1]));
    return I::mulhrs(pair, I::broadcast_128(multiplier));
  }

  static Int requantize_u8(const Int (&acc)[4], const std::int32_t* shift, const std::int16_t* multiplier) noexcept {
    const Int low = requantize_two(acc[0], acc[1], shift, multiplier);
    const Int high = requantize_two(acc[2], acc[3], shift + 2, multiplier + 8);
    return I::transpose_bytes(I::pack_u8(low, high));  // 0000 1111 2222 3333 -> 0123 0123 0123 0123
  }

  static void requantize_s16(const Int (&acc)[4], const std::int32_t* shift, const std::int16_t* multiplier,
                             Int (&words)[2]) noexcept {
    words[0] = I::interleave_halves(requantize_two(acc[0], acc[1], shift, multiplier));
    words[1] = I::interleave_halves(requantize_two(acc[2], acc[3], shift + 2, multiplier + 8));
  }

  static Int add_saturate_s16(Int a, Int b) noexcept { return I::adds_16(a, b); }
  static Int relu_s16(Int a) noexcept { return I::max_16(a, I::zero()); }
};

/// Sums of four outputs of one voxel, one in each of four lanes. V is the integer vocabulary of vectors of 128 bits.
template <class V>
struct OutputsOfVector {
  using Sums = typename V::Int;
  static constexpr std::size_t words = 1;  ///< of the input that one step takes
  static constexpr bool has_signed_bytes = V::has_signed_bytes;

  static Sums none() noexcept { return V::broadcast_int(0); }
  static Sums spread_u8(const std::uint32_t* x) noexcept { return V::spread_u8(x); }
  static Sums spread_s16(const std::uint32_t* x) noexcept { return V::broadcast_word(x); }
  static Sums weights(const void* p) noexcept { return V::load_anywhere_words(p); }
  static Sums dot_u8(Sums x, Sums w, Sums acc) noexcept { return V::dot_bytes(x, w, acc); }
  static Sums dot_s16(Sums x, Sums w, Sums acc) noexcept { return V::dot_s16(x, w, acc); }
  static void store(Sums acc, std::int32_t* sums) noexcept { __builtin_memcpy(sums, &acc, sizeof acc); }
};

/// dot_u8 where the products of four bytes and their sum are one step, I::dot4(x, w, acc), exact whatever the weights. Base is
/// the rest of the vocabulary.
template <class Base, class I>
struct QuadProducts : Base {
  using typename Base::Int;

  static Int dot_bytes(Int x, Int w, Int acc) noexcept { return I::dot4(x, w, acc); }

  template <std::size_t n_vec>
  static void dot_u8(const Int (&x0)[n_vec], const void* w0, const Int (&x1)[n_vec], const void* w1,
                     Int (&acc)[n_vec]) noexcept {
    const Int first = Base::broadcast_word(w0), second = Base::broadcast_word(w1);
    unrolled<n_vec>([&](auto v)
                        __attribute__((always_inline)) { acc[v] = I::dot4(x1[v], second, I::dot4(x0[v], first, acc[v])); });
  }
};

}  // namespace crbrt
