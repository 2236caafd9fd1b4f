// SPDX-License-Identifier: Apache-2.0
// Draws have the moments of their distributions, obey their limits and depend on nothing but seed, stream and index.
#include "physics/prior.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace crbrt::physics {
namespace {

constexpr std::uint64_t n_draw = 20000;
constexpr double pi = std::numbers::pi;

Marginal gaussian(double mean, double std, double minimum, double maximum, bool as_time = false) {
  return {Marginal::Kind::gaussian, mean, std, minimum, maximum, as_time};
}
Marginal fixed(double value) { return {Marginal::Kind::fixed, value, 0, value, value, false}; }

TissueClass brain_like() {
  return {"brain",
          1,
          {gaussian(0.12, 0.08, 0.001, 1), gaussian(1.6, 0.8, 0.1, 10, true), gaussian(0.1, 0.2, 0.001, 10, true),
           gaussian(44, 20, 1, 200), gaussian(1.6, 0.8, 0.1, 10, true), gaussian(10e-6, 2e-6, 5e-6, 15e-6),
           Marginal{Marginal::Kind::uniform, 0, 0, -pi, pi, false}, gaussian(1, 0.3, 0.3, 1.7)},
          true};
}

Prior brain_prior() { return {"test", T1Model::apparent, {brain_like()}, 10, 100}; }

struct Moments {
  double mean = 0, variance = 0;
};

template <class Value>
Moments moments(const Prior& prior, const Value& value) {
  double sum = 0, squares = 0;
  for (std::uint64_t i = 0; i < n_draw; ++i) {
    const double x = value(prior.draw(7, i));
    sum += x;
    squares += x * x;
  }
  const double mean = sum / n_draw;
  return {mean, squares / n_draw - mean * mean};
}

// A Gaussian truncated at a and b standard deviations (textbook moments).
Moments truncated(const Marginal& m) {
  const double a = (m.minimum - m.mean) / m.std, b = (m.maximum - m.mean) / m.std;
  const auto pdf = [](double x) { return std::exp(-x * x / 2) / std::sqrt(2 * pi); };
  const double mass = m.share(m.minimum, m.maximum), shift = (pdf(a) - pdf(b)) / mass;
  const double variance = 1 + (a * pdf(a) - b * pdf(b)) / mass - shift * shift;
  return {m.mean + m.std * shift, m.std * m.std * variance};
}

// The mean of n draws has standard deviation sqrt(v / n), their variance about v sqrt(2 / n) (less where tails are cut);
// 4.5 of either is exceeded once in 150,000 seeds, and the seed is fixed.
void expect_moments(const Moments& found, const Moments& expected) {
  EXPECT_NEAR(found.mean, expected.mean, 4.5 * std::sqrt(expected.variance / n_draw));
  EXPECT_NEAR(found.variance, expected.variance, 4.5 * expected.variance * std::sqrt(2.0 / n_draw));
}

TEST(Prior, TruncatedGaussiansHaveTheirMoments) {
  const Prior prior = brain_prior();
  const auto& m = prior.classes[0].marginal;
  expect_moments(moments(prior, [](const Tissue& t) { return t.m0_semi_frac; }), truncated(m[0]));
  expect_moments(moments(prior, [](const Tissue& t) { return 1 / t.r1_free_hz; }), truncated(m[1]));
  expect_moments(moments(prior, [](const Tissue& t) { return t.exchange_hz; }), truncated(m[3]));
  expect_moments(moments(prior, [](const Tissue& t) { return t.t2_semi_s; }), truncated(m[5]));
  expect_moments(moments(prior, [](const Tissue& t) { return t.b1_rel; }), truncated(m[7]));
}

TEST(Prior, UniformDrawsHaveTheirMoments) {
  expect_moments(moments(brain_prior(), [](const Tissue& t) { return t.omega0_rad_s; }), {0, 4 * pi * pi / 12});
}

TEST(Prior, DrawsObeyTheirLimitsAndAreValidTissues) {
  const Prior prior = brain_prior();
  for (std::uint64_t i = 0; i < n_draw; ++i) {
    const Tissue t = prior.draw(3, i);
    ASSERT_EQ(why_invalid(t), "");
    ASSERT_GE(t.m0_semi_frac, 0.001);
    ASSERT_LE(1 / t.r2_free_hz, 1 / t.r1_free_hz) << "T2f above T1f at " << i;
    ASSERT_GE(1 / t.r2_free_hz, 0.001 * (1 - 1e-15));
    ASSERT_TRUE(t.b1_rel >= 0.3 && t.b1_rel <= 1.7);
    ASSERT_TRUE(t.t2_semi_s >= 5e-6 && t.t2_semi_s <= 15e-6);
  }
}

TEST(Prior, AnApparentT1IsThatOfBothPools) {
  Prior prior = brain_prior();
  const Tissue apparent = prior.draw(1, 5);
  EXPECT_EQ(apparent.r1_free_hz, apparent.r1_semi_hz);
  prior.t1_model = T1Model::separate;
  const Tissue separate = prior.draw(1, 5);
  EXPECT_NE(separate.r1_free_hz, separate.r1_semi_hz);
}

TEST(Prior, WithoutTheFlagT2MayExceedT1) {
  Prior prior = brain_prior();
  prior.classes[0].t2_free_at_most_t1 = false;
  std::uint64_t n_above = 0;
  for (std::uint64_t i = 0; i < n_draw; ++i) n_above += prior.draw(3, i).r2_free_hz < prior.draw(3, i).r1_free_hz;
  EXPECT_GT(n_above, 0u);
}

TEST(Prior, ADrawDependsOnNothingButSeedStreamAndIndex) {
  const Prior prior = brain_prior();
  const std::array<double, n_parameter> alone = prior.draw(11, 123).values();
  for (std::uint64_t i = 0; i < 200; ++i) EXPECT_EQ(prior.draw(11, i).values() == alone, i == 123);
  EXPECT_NE(prior.draw(12, 123).values(), alone);
  EXPECT_NE(prior.draw(11, Stream::basis, 123).values(), alone);
  EXPECT_EQ(prior.draw(11, Stream::tissue, 123).values(), alone);
}

TEST(Prior, ClassesAppearInProportionToTheirWeights) {
  Prior prior = brain_prior();
  prior.classes[0].weight = 3;
  TissueClass rare = brain_like();
  rare.weight = 0.75;
  rare.marginal[0] = fixed(0.5);
  prior.classes.push_back(rare);
  double n_rare = 0;
  for (std::uint64_t i = 0; i < n_draw; ++i) n_rare += prior.draw(2, i).m0_semi_frac == 0.5;
  // Binomial with p = 0.2: 4.5 standard deviations.
  EXPECT_NEAR(n_rare, 0.2 * n_draw, 4.5 * std::sqrt(0.2 * 0.8 * n_draw));
}

TEST(Prior, ItsDomainHoldsEveryClass) {
  Prior prior = brain_prior();
  TissueClass other = brain_like();
  other.marginal[5] = fixed(20e-6);
  other.marginal[7] = fixed(0.5);
  prior.classes.push_back(other);
  const TissueDomain domain = prior.domain();
  EXPECT_EQ(domain.t2_semi_min_s, 5e-6);
  EXPECT_EQ(domain.t2_semi_max_s, 20e-6);
  EXPECT_EQ(domain.b1_max_rel, 1.7);
}

}  // namespace
}  // namespace crbrt::physics
