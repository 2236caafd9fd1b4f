// The integer loops of one instruction set.
#define CRBRT_IN_REGISTER(x) "+w"(x)
#include "bench/integer_peak-inl.h"
#include "runtime/src/isa/neondot.h"

namespace crbrt::neondot {
namespace {

struct IntegerOps {
  using Vec = int32x4_t;
  static constexpr std::size_t chains = 12;
  static Vec broadcast(std::int32_t x) { return vdupq_n_s32(x); }
  static Vec add(Vec a, Vec b) { return vaddq_s32(a, b); }
  static std::int32_t first(Vec x) { return vgetq_lane_s32(x, 0); }

  /// 8 products: low and high halves of s16 x s16 with sums of 32 bits.
  static Vec step_i16(Vec acc, Vec a, Vec b) {
    const int16x8_t x = vreinterpretq_s16_s32(a), y = vreinterpretq_s16_s32(b);
    return vmlal_high_s16(vmlal_s16(acc, vget_low_s16(x), vget_low_s16(y)), x, y);
  }

  /// 16 products: four of s8 x s8 and the sum in one instruction.
  static Vec step_i8(Vec acc, Vec a, Vec b) { return vdotq_s32(acc, vreinterpretq_s8_s32(a), vreinterpretq_s8_s32(b)); }
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

}  // namespace crbrt::neondot
