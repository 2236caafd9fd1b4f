// SPDX-License-Identifier: Apache-2.0
// Pixels decode to what was encoded, within half a step, by the numbers that are written.
#include "tools/mrd/pixel_scale.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

namespace crbrt::mrd {
namespace {

TEST(MrdPixels, DecodeWithinHalfAStepByTheTextOfSlopeAndIntercept) {
  for (const auto& [low, high] : {std::pair{0.0, 7000.0}, {-100.0, 100.0}, {-3.7e-3, 0.9}, {1e-6, 2.5e-5}})
    for (const std::uint16_t most : {std::uint16_t{65535}, std::uint16_t{4095}}) {
      const PixelScale scale = pixel_scale(low, high, most);
      const double slope = std::strtod(decimal(scale.slope).c_str(), nullptr);
      const double intercept = std::strtod(decimal(scale.intercept).c_str(), nullptr);
      EXPECT_LE(decimal(scale.slope).size(), 16u) << "a decimal string of DICOM";
      EXPECT_LE(decimal(scale.intercept).size(), 16u);
      for (int i = 0; i <= 1000; ++i) {
        const double value = low + (high - low) * i / 1000;
        const std::uint16_t pixel = scale.pixel_of(value);
        EXPECT_GE(pixel, 1);
        EXPECT_LE(pixel, most);
        // Half a step, and where the range begins at 0 a whole one: pixel 0 is not for estimates.
        const double bound = low == 0 && i == 0 ? slope : slope * 0.5;
        EXPECT_LE(std::abs(slope * pixel + intercept - value), bound * (1 + 1e-9) + slope * 2e-3) << value;
      }
    }
}

TEST(MrdPixels, BeyondTheRangeAreAtItsEndAndWhatIsNoNumberIsZero) {
  const PixelScale scale = pixel_scale(0, 100, 1000);
  EXPECT_EQ(scale.pixel_of(-5), 1);
  EXPECT_EQ(scale.pixel_of(1e30), 1000);
  EXPECT_EQ(scale.pixel_of(std::numeric_limits<double>::infinity()), 1000);
  EXPECT_EQ(scale.pixel_of(std::nan("")), 0);
}

TEST(MrdPixels, AreTheNearestOnesAndOfTwoTheEvenOne) {
  const PixelScale scale{.slope = 1, .intercept = 0, .most = 65535};
  for (int eighths = 8; eighths <= 8 * 65535; ++eighths) {
    const double value = eighths / 8.0;
    ASSERT_EQ(scale.pixel_of(value), std::nearbyint(value)) << value;
  }
}

TEST(MrdPixels, OfZeroDecodeToZeroWhereTheRangeBeginsThere) { EXPECT_EQ(pixel_scale(0, 7000, 65535).value_of(0), 0); }

TEST(MrdPixels, LieBelowTheRangeWithoutAnEstimateWhereItBeginsBelowZero) {
  EXPECT_LT(pixel_scale(-100, 100, 65535).value_of(0), -100);
}

}  // namespace
}  // namespace crbrt::mrd
