// The integer loops of the portable code: products of 16 and 8 bits one by one, as the compiler likes.
#define CRBRT_IN_REGISTER(x) "+r"(x)
#include "bench/integer_peak-inl.h"

namespace crbrt::scalar {
namespace {

struct IntegerOps {
  using Vec = std::int32_t;
  static constexpr std::size_t chains = 6;
  static Vec broadcast(std::int32_t x) { return x; }
  static Vec add(Vec a, Vec b) { return wrapping_sum(a, b); }
  static std::int32_t first(Vec x) { return x; }
  /// Sums wrap around: unsigned arithmetic.
  static Vec wrapping_sum(Vec acc, std::int32_t product) {
    return static_cast<Vec>(static_cast<std::uint32_t>(acc) + static_cast<std::uint32_t>(product));
  }
  static Vec step_i16(Vec acc, Vec a, Vec b) {
    return wrapping_sum(acc, static_cast<std::int16_t>(a) * static_cast<std::int16_t>(b));
  }
  static Vec step_i8(Vec acc, Vec a, Vec b) {
    return wrapping_sum(acc, static_cast<std::uint8_t>(a) * static_cast<std::int8_t>(b));
  }
};

}  // namespace

std::size_t products_i16(std::size_t rounds, std::int32_t* sink);
std::size_t products_i16(std::size_t rounds, std::int32_t* sink) {
  return bench::integer_multiply_adds<IntegerOps, 1, IntegerOps::step_i16>(rounds, sink);
}

std::size_t products_i8(std::size_t rounds, std::int32_t* sink);
std::size_t products_i8(std::size_t rounds, std::int32_t* sink) {
  return bench::integer_multiply_adds<IntegerOps, 1, IntegerOps::step_i8>(rounds, sink);
}

}  // namespace crbrt::scalar
