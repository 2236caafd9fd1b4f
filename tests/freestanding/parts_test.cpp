// SPDX-License-Identifier: Apache-2.0
// Small functions of the generated code against those of the format, over all their inputs: the text itself is compiled here.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>

#include "crbrt/format/inverse_root.h"
#include "crbrt/format/requant.h"

namespace generated {
namespace {
#include "codegen/freestanding/arithmetic.c.in"
#include "codegen/freestanding/square_root.c.in"
#include "runtime/src/kernels/group_norm/group_norm_s16.c.in"
}  // namespace
}  // namespace generated

namespace crbrt::tests {
namespace {

TEST(FreestandingParts, SquareRootIsRoundedToNearestForEveryMantissa) {
  for (const std::uint32_t exponent : {1u, 2u, 126u, 127u, 128u, 129u, 253u, 254u}) {
    // All mantissas where squares lie, and a part of them elsewhere.
    const std::uint32_t step = exponent == 127 || exponent == 128 ? 1 : 97;
    for (std::uint32_t mantissa = 0; mantissa < 1u << 23; mantissa += step) {
      const auto x = std::bit_cast<float>(exponent << 23 | mantissa);
      ASSERT_EQ(generated::square_root(x), std::sqrt(x)) << x;
    }
  }
}

TEST(FreestandingParts, InverseRootIsTheFormatsForEveryMantissa) {
  for (std::int32_t m = 1 << 14; m < 1 << 16; ++m)
    ASSERT_EQ(generated::inverse_root_of_mantissa(m), inverse_root_of_mantissa(m)) << m;
  for (int bit = 0; bit < 31; ++bit)
    for (const std::int64_t v : {(std::int64_t{1} << bit) - 1, std::int64_t{1} << bit, (std::int64_t{1} << bit) * 3 / 2}) {
      if (v < 1 || v > INT32_MAX) continue;
      const auto found = generated::inverse_root_of(static_cast<std::int32_t>(v));
      const InverseRoot expected = inverse_root(static_cast<std::int32_t>(v));
      EXPECT_EQ(found.half, expected.half) << v;
      EXPECT_EQ(found.root, expected.root) << v;
    }
}

TEST(FreestandingParts, RequantizeIsTheFormatsAtEveryShiftAndEdge) {
  for (std::int32_t shift = 0; shift <= shift_max; ++shift)
    for (const std::int32_t multiplier : {0, 1, 16384, 32767})
      for (int bit = 0; bit < 32; ++bit)
        for (const std::int64_t near : {-1, 0, 1})
          for (const std::int64_t sign : {-1, 1}) {
            const std::int64_t sum = sign * (std::int64_t{1} << bit) + near;
            if (sum < INT32_MIN || sum > INT32_MAX) continue;
            const generated::output_rule rule = {0, static_cast<std::int16_t>(multiplier), static_cast<std::uint8_t>(shift)};
            ASSERT_EQ(generated::requantize(static_cast<std::int32_t>(sum), &rule),
                      requantize(static_cast<std::int32_t>(sum), {shift, multiplier}))
                << sum << ' ' << shift << ' ' << multiplier;
          }
  (void)&generated::group_norm_s16;  // compared through whole models
}

}  // namespace
}  // namespace crbrt::tests
