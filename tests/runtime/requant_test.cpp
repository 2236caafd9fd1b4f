// SPDX-License-Identifier: Apache-2.0
// The rounding of integer programs against the formula in 128 bits, at all edges.
#include <gtest/gtest.h>

#include <vector>

#include "crbrt/format/requant.h"

namespace crbrt::tests {
namespace {

__extension__ using Wide = __int128;

/// floor(n / 2^k)
Wide floor_shift(Wide n, int k) {
  const Wide divisor = Wide{1} << k;
  return n >= 0 ? n / divisor : -((-n + divisor - 1) / divisor);
}

std::int32_t exact(std::int32_t acc, Requant r) {
  Wide x = floor_shift(acc, r.shift);
  x = x < -32768 ? -32768 : x > 32767 ? 32767 : x;
  return static_cast<std::int32_t>(floor_shift(x * r.multiplier + (1 << 14), 15));
}

/// Around every power of two, of both signs.
std::vector<std::int32_t> edges() {
  std::vector<std::int32_t> values{0, INT32_MAX, INT32_MIN};
  for (int bit = 0; bit < 31; ++bit)
    for (const int off : {-3, -2, -1, 0, 1, 2, 3}) {
      const std::int64_t x = (std::int64_t{1} << bit) + off;
      values.push_back(static_cast<std::int32_t>(x));
      values.push_back(static_cast<std::int32_t>(-x));
      values.push_back(static_cast<std::int32_t>((x * 2863311531) >> 16));
    }
  return values;
}

TEST(Requant, EqualsTheFormulaAtAllEdges) {
  const std::vector<std::int32_t> multipliers{0, 1, 2, 3, 8191, 16383, 16384, 16385, 23170, 32766, 32767};
  for (const std::int32_t acc : edges())
    for (std::int32_t shift = 0; shift <= shift_max; ++shift)
      for (const std::int32_t multiplier : multipliers) {
        const Requant r{shift, multiplier};
        const std::int32_t x = exact(acc, r);
        ASSERT_EQ(requantize(acc, r), x) << acc << " >> " << shift << " * " << multiplier;
        ASSERT_EQ(requantize_u8(acc, r), x < 0 ? 0 : x > 255 ? 255 : x) << acc << " >> " << shift << " * " << multiplier;
        ASSERT_EQ(requantize_s16(acc, r), x) << acc << " >> " << shift << " * " << multiplier;
      }
}

TEST(Requant, EqualsTheFormulaForEveryValueOfTheFirstShift) {
  for (const std::int32_t multiplier : {1, 12345, 16384, 32767})
    for (std::int32_t x = -32768; x <= 32767; ++x) ASSERT_EQ(requantize(x, {0, multiplier}), exact(x, {0, multiplier})) << x;
}

}  // namespace
}  // namespace crbrt::tests
