// SPDX-License-Identifier: Apache-2.0
// The noise that all quoted numbers rest on: standard normal, independent, reproducible.
#include "physics/counter_random.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

namespace crbrt::physics {
namespace {

std::vector<float> draw(std::uint64_t seed, std::size_t n) {
  CounterRandom random(seed, physics::Stream::evaluation_noise, 7);
  std::vector<float> x(n);
  fill_normal(random, x);
  return x;
}

TEST(NormalBlock, MomentsAreThoseOfAStandardNormal) {
  constexpr double n = 2e6;
  std::array<double, 5> moment{};
  for (const double x : draw(1, static_cast<std::size_t>(n)))
    for (int k = 1; k <= 4; ++k) moment[static_cast<std::size_t>(k)] += std::pow(x, k) / n;
  // Five standard errors: Var(x^k) = (2k-1)!! - (E x^k)^2 = 1, 2, 15, 96.
  EXPECT_NEAR(moment[1], 0, 5 * std::sqrt(1 / n));
  EXPECT_NEAR(moment[2], 1, 5 * std::sqrt(2 / n));
  EXPECT_NEAR(moment[3], 0, 5 * std::sqrt(15 / n));
  EXPECT_NEAR(moment[4], 3, 5 * std::sqrt(96 / n));
}

TEST(NormalBlock, NeighboursAndBothHalvesOfABlockAreUncorrelated) {
  const std::vector<float> x = draw(2, 1 << 20);
  for (const std::size_t lag : {std::size_t{1}, std::size_t{26}, std::size_t{128}, std::size_t{256}}) {
    double product = 0;
    for (std::size_t i = lag; i < x.size(); ++i) product += double{x[i]} * x[i - lag];
    const double n = static_cast<double>(x.size() - lag);
    EXPECT_NEAR(product / n, 0, 5 / std::sqrt(n)) << "lag " << lag;
  }
}

TEST(NormalBlock, TailsAreThere) {
  std::size_t beyond3 = 0, beyond4 = 0;
  for (const float x : draw(3, 2000000)) {
    beyond3 += std::abs(x) > 3;
    beyond4 += std::abs(x) > 4;
  }
  // P(|x| > 3) = 2.6998e-3, P(|x| > 4) = 6.334e-5; binomial standard errors 73 and 11.3, five of them.
  EXPECT_NEAR(static_cast<double>(beyond3), 5399.6, 367);
  EXPECT_NEAR(static_cast<double>(beyond4), 126.7, 57);
}

TEST(NormalBlock, SameSeedSameNumbersAndAShortDrawIsAPrefix) {
  const std::vector<float> long_draw = draw(5, 1000), short_draw = draw(5, 77);
  EXPECT_EQ(long_draw, draw(5, 1000));
  EXPECT_TRUE(std::equal(short_draw.begin(), short_draw.end(), long_draw.begin()));
  EXPECT_NE(long_draw, draw(6, 1000));
}

}  // namespace
}  // namespace crbrt::physics
