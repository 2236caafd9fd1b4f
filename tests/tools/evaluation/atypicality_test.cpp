// SPDX-License-Identifier: Apache-2.0
// A score that sees how much of the signal is in the first coefficient, on fingerprints where nearly all is.
#include "tools/evaluation/atypicality.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/tools/evaluation/linear_model.h"

namespace crbrt::evaluation {
namespace {

constexpr std::size_t n = 500;

std::map<std::string, AtypicalKind> measure(const std::vector<OtherSet>& others = {}) {
  LinearModel model("m0_semi_frac", 0, {1}, true);
  model.score({-1, 0, 0, 0}, -0.5f);  // x0 = |c0| / ||c|| of a typical voxel is 0.995
  const auto set = equal_fingerprints(n, {0, 1}, 0.1, 0.2, 1);
  std::map<std::string, AtypicalKind> kinds;
  const AtypicalityResult result = measure_atypicality(model.program, set, others, {.count = n, .seed = 3});
  EXPECT_EQ(result.false_alarms, 0);
  EXPECT_EQ(result.n_typical, n);
  for (const AtypicalKind& kind : result.kinds) kinds[kind.name] = kind;
  return kinds;
}

TEST(Atypicality, TellsOtherOrdersApart) {
  auto kinds = measure();
  for (const char* name : {"permuted", "reversed"}) {  // of two coefficients there is one other order
    EXPECT_DOUBLE_EQ(kinds[name].roc.area, 1) << name;
    EXPECT_DOUBLE_EQ(kinds[name].above_threshold, 1) << name;
  }
}

TEST(Atypicality, TellsNoiseApartAsFarAsNoiseCanBeTold) {
  auto kinds = measure();
  // |c0|^2 / ||c||^2 of pure noise is uniform in [0, 1]: below that of a typical voxel, 0.990 +- 0.003, with that probability,
  // and above the threshold with probability 0.25 (x0 < 0.5). Binomial errors of 500, five of them.
  EXPECT_NEAR(kinds["noise"].roc.area, 0.99, 5 * 0.0045);
  EXPECT_NEAR(kinds["noise"].above_threshold, 0.25, 5 * 0.0194);
}

TEST(Atypicality, WhatLooksTheSameIsNotTold) {
  const auto same = equal_fingerprints(n, {0, 1}, 0.1, 0.2, 1);
  auto kinds = measure({{"same", same.coefficients}});
  // Mixtures of equal fingerprints, and a set with the same ones: 0.5 within five standard errors sqrt(1 / (6 n)).
  EXPECT_NEAR(kinds["two_compartments"].roc.area, 0.5, 5 / std::sqrt(6.0 * n));
  EXPECT_NEAR(kinds["same"].roc.area, 0.5, 5 / std::sqrt(6.0 * n));
  EXPECT_NE(kinds["same"].roc.area, kinds["two_compartments"].roc.area);  // other noise
}

TEST(Atypicality, AnotherSetIsCountedByItsOwnSize) {
  const auto other = equal_fingerprints(70, 0.1, {0, 1}, 0.2, 1);
  auto kinds = measure({{"other", other.coefficients}});
  EXPECT_EQ(kinds["other"].n_voxel, 70u);
  EXPECT_DOUBLE_EQ(kinds["other"].roc.area, 1);
}

}  // namespace
}  // namespace crbrt::evaluation
