// The integer loops of one instruction set.
#define CRBRT_IN_REGISTER(x) "+x"(x)
#include "bench/integer_peak-inl.h"
#include "runtime/src/isa/sse42.h"

namespace crbrt::sse42 {
namespace {

struct IntegerOps {
  using Vec = __m128i;
  static constexpr std::size_t chains = 6;
  static Vec broadcast(std::int32_t x) { return _mm_set1_epi32(x); }
  static Vec add(Vec a, Vec b) { return _mm_add_epi32(a, b); }
  static std::int32_t first(Vec x) { return _mm_cvtsi128_si32(x); }

  /// 8 products: pairs of s16 x s16 summed to 32 bits.
  static Vec step_i16(Vec acc, Vec a, Vec b) { return add(acc, _mm_madd_epi16(a, b)); }

  /// 32 products: pairs of u8 x s8 in 16 bits, two of these added (which bounded weights allow), pairs summed to 32 bits.
  static Vec step_i8(Vec acc, Vec a, Vec b) {
    const Vec pairs = _mm_maddubs_epi16(a, b), more = _mm_maddubs_epi16(b, a);
    return add(acc, _mm_madd_epi16(_mm_add_epi16(pairs, more), _mm_set1_epi16(1)));
  }
};

}  // namespace

std::size_t products_i16(std::size_t rounds, std::int32_t* sink);
std::size_t products_i16(std::size_t rounds, std::int32_t* sink) {
  return bench::integer_multiply_adds<IntegerOps, 8, IntegerOps::step_i16>(rounds, sink);
}

std::size_t products_i8(std::size_t rounds, std::int32_t* sink);
std::size_t products_i8(std::size_t rounds, std::int32_t* sink) {
  return bench::integer_multiply_adds<IntegerOps, 32, IntegerOps::step_i8>(rounds, sink);
}

}  // namespace crbrt::sse42
