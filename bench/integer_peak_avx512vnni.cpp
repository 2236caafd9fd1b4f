// The integer loops of one instruction set.
#define CRBRT_IN_REGISTER(x) "+v"(x)
#include "bench/integer_peak-inl.h"
#include "runtime/src/isa/avx512vnni.h"

namespace crbrt::avx512vnni {
namespace {

struct IntegerOps {
  using Vec = __m512i;
  static constexpr std::size_t chains = 12;
  static Vec broadcast(std::int32_t x) { return _mm512_set1_epi32(x); }
  static Vec add(Vec a, Vec b) { return _mm512_add_epi32(a, b); }
  static std::int32_t first(Vec x) { return _mm_cvtsi128_si32(_mm512_castsi512_si128(x)); }

  /// 32 products: pairs of s16 x s16 and the sum in one instruction.
  static Vec step_i16(Vec acc, Vec a, Vec b) { return _mm512_dpwssd_epi32(acc, a, b); }

  /// 64 products: four of u8 x s8 and the sum in one instruction.
  static Vec step_i8(Vec acc, Vec a, Vec b) { return _mm512_dpbusd_epi32(acc, a, b); }
};

}  // namespace

std::size_t products_i16(std::size_t rounds, std::int32_t* sink);
std::size_t products_i16(std::size_t rounds, std::int32_t* sink) {
  return bench::integer_multiply_adds<IntegerOps, 32, IntegerOps::step_i16>(rounds, sink);
}

std::size_t products_i8(std::size_t rounds, std::int32_t* sink);
std::size_t products_i8(std::size_t rounds, std::int32_t* sink) {
  return bench::integer_multiply_adds<IntegerOps, 64, IntegerOps::step_i8>(rounds, sink);
}

}  // namespace crbrt::avx512vnni
