// SPDX-License-Identifier: Apache-2.0
// Literals read back as the same bits, whatever the number.
#include "codegen/source_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace crbrt::codegen {
namespace {

TEST(Literals, LookLikeWhatAPersonWouldWrite) {
  EXPECT_EQ(float_literal(0.1f), "0.1f");
  EXPECT_EQ(float_literal(3.0f), "3.0f");
  EXPECT_EQ(float_literal(-0.0f), "-0.0f");
  EXPECT_EQ(float_literal(1e30f), "1e+30f");
}

TEST(Literals, ReadBackAsTheSameBits) {
  using Limits = std::numeric_limits<float>;
  std::vector<float> values{0.0f, -0.0f, Limits::min(), Limits::max(), Limits::denorm_min(), 16777217.0f, 1.0f / 3};
  // Every exponent with mantissas at both ends and in the middle.
  for (std::uint32_t exponent = 0; exponent < 255; ++exponent)
    for (const std::uint32_t mantissa : {0u, 1u, 0x2aaaaau, 0x555555u, 0x7fffffu})
      values.push_back(std::bit_cast<float>(exponent << 23 | mantissa));
  for (const float value : values) {
    const std::string text = float_literal(value);
    EXPECT_EQ(std::bit_cast<std::uint32_t>(std::strtof(text.c_str(), nullptr)), std::bit_cast<std::uint32_t>(value)) << text;
    EXPECT_EQ(text.back(), 'f');
  }
}

TEST(Literals, TablesBreakTheirLines) {
  const std::vector<float> values{1, 2, 3};
  EXPECT_EQ(table_literal(values, 2), "{\n    1.0f, 2.0f,\n    3.0f,\n}");
}

TEST(Literals, QuotesAreEscaped) { EXPECT_EQ(string_literal("a\"b\\c"), "\"a\\\"b\\\\c\""); }

}  // namespace
}  // namespace crbrt::codegen
