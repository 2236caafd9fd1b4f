// The integer loops of one instruction set.
#define CRBRT_IN_REGISTER(x) "+r"(x)
#include "bench/integer_peak-inl.h"
#include "runtime/src/isa/wasm128.h"

namespace crbrt::wasm128 {
namespace {

struct IntegerOps {
  using Vec = v128_t;
  static constexpr std::size_t chains = 6;
  static Vec broadcast(std::int32_t x) { return wasm_i32x4_splat(x); }
  static Vec add(Vec a, Vec b) { return wasm_i32x4_add(a, b); }
  static std::int32_t first(Vec x) { return wasm_i32x4_extract_lane(x, 0); }

  /// 8 products: pairs of s16 x s16 summed to 32 bits.
  static Vec step_i16(Vec acc, Vec a, Vec b) { return add(acc, wasm_i32x4_dot_i16x8(a, b)); }

  /// 16 products: two of s8 x s8 added in 16 bits (which bounded weights allow), pairs summed to 32 bits.
  static Vec step_i8(Vec acc, Vec a, Vec b) {
    const Vec pairs = wasm_i16x8_add(wasm_i16x8_extmul_low_i8x16(a, b), wasm_i16x8_extmul_high_i8x16(a, b));
    return add(acc, wasm_i32x4_extadd_pairwise_i16x8(pairs));
  }
};

}  // namespace

std::size_t products_i16(std::size_t rounds, std::int32_t* sink);
std::size_t products_i16(std::size_t rounds, std::int32_t* sink) {
  return bench::integer_multiply_adds<IntegerOps, 8, IntegerOps::step_i16>(rounds, sink);
}

std::size_t products_i8(std::size_t rounds, std::int32_t* sink);
std::size_t products_i8(std::size_t rounds, std::int32_t* sink) {
  return bench::integer_multiply_adds<IntegerOps, 16, IntegerOps::step_i8>(rounds, sink);
}

}  // namespace crbrt::wasm128
