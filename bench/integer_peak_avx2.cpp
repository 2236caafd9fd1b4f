// The integer loops of one instruction set.
#define CRBRT_IN_REGISTER(x) "+x"(x)
#include "bench/integer_peak-inl.h"
#include "runtime/src/isa/avx2.h"

namespace crbrt::avx2 {
namespace {

struct IntegerOps {
  using Vec = __m256i;
  static constexpr std::size_t chains = 6;
  static Vec broadcast(std::int32_t x) { return _mm256_set1_epi32(x); }
  static Vec add(Vec a, Vec b) { return _mm256_add_epi32(a, b); }
  static std::int32_t first(Vec x) { return _mm_cvtsi128_si32(_mm256_castsi256_si128(x)); }

  /// 16 products: pairs of s16 x s16 summed to 32 bits.
  static Vec step_i16(Vec acc, Vec a, Vec b) { return add(acc, _mm256_madd_epi16(a, b)); }

  /// 64 products: pairs of u8 x s8 in 16 bits, two of these added (which bounded weights allow), pairs summed to 32 bits.
  static Vec step_i8(Vec acc, Vec a, Vec b) {
    const Vec pairs = _mm256_maddubs_epi16(a, b), more = _mm256_maddubs_epi16(b, a);
    return add(acc, _mm256_madd_epi16(_mm256_add_epi16(pairs, more), _mm256_set1_epi16(1)));
  }
};

}  // namespace

std::size_t products_i16(std::size_t rounds, std::int32_t* sink);
std::size_t products_i16(std::size_t rounds, std::int32_t* sink) {
  return bench::integer_multiply_adds<IntegerOps, 16, IntegerOps::step_i16>(rounds, sink);
}

std::size_t products_i8(std::size_t rounds, std::int32_t* sink);
std::size_t products_i8(std::size_t rounds, std::int32_t* sink) {
  return bench::integer_multiply_adds<IntegerOps, 64, IntegerOps::step_i8>(rounds, sink);
}

}  // namespace crbrt::avx2
