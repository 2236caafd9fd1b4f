// SPDX-License-Identifier: Apache-2.0
/// Integer sums of four outputs of one voxel in vectors of 256 bits: two words of the input go side by side, and their sums are
/// added in the end. `Own` is what inherits this, so that nothing emitted here is shared between two instruction sets.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace crbrt {

template <class Own>
struct Outputs256 {
  using Sums = __m256i;
  static constexpr std::size_t words = 2;  ///< of the input that one step takes
  static constexpr bool has_signed_bytes = false;

  static Sums none() noexcept { return _mm256_setzero_si256(); }

  /// The first word in the lower four lanes, the second in the upper four.
  static Sums spread_u8(const std::uint32_t* x) noexcept {
    std::int64_t pair;
    __builtin_memcpy(&pair, x, sizeof pair);
    const __m256i order = _mm256_setr_epi8(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,  //
                                           4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7);
    return _mm256_shuffle_epi8(_mm256_set1_epi64x(pair), order);
  }
  static Sums spread_s16(const std::uint32_t* x) noexcept { return spread_u8(x); }
  static Sums weights(const void* p) noexcept { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }

  static std::int32_t word_at(const std::uint32_t* x) noexcept {
    std::int32_t word;
    __builtin_memcpy(&word, x, sizeof word);
    return word;
  }

  // Of a last word that has no second.
  static Sums spread_last_s16(const std::uint32_t* x) noexcept { return _mm256_set1_epi32(word_at(x)); }
  static Sums last_weights(const void* p) noexcept {
    return _mm256_inserti128_si256(none(), _mm_loadu_si128(static_cast<const __m128i*>(p)), 0);
  }

  static Sums dot_u8(Sums x, Sums w, Sums acc) noexcept {
    return _mm256_add_epi32(acc, _mm256_madd_epi16(_mm256_maddubs_epi16(x, w), _mm256_set1_epi16(1)));
  }
  static Sums dot_s16(Sums x, Sums w, Sums acc) noexcept { return _mm256_add_epi32(acc, _mm256_madd_epi16(x, w)); }

  static void store(Sums acc, std::int32_t* sums) noexcept {
    const __m128i both = _mm_add_epi32(_mm256_castsi256_si128(acc), _mm256_extracti128_si256(acc, 1));
    __builtin_memcpy(sums, &both, sizeof both);
  }
};

}  // namespace crbrt
