// SPDX-License-Identifier: Apache-2.0
// [paper] Eq. 2 to 4 on errors whose bias and variance are known.
#include "tools/evaluation/realise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "physics/counter_random.h"

namespace crbrt::evaluation {
namespace {

TEST(ErrorSplit, HandComputedCase) {
  const double errors[] = {1, 3, 2};  // mean 2, sum of squared deviations 2, variance 2 / 2
  const ErrorSplit split = split_error(errors);
  EXPECT_DOUBLE_EQ(split.variance, 1);
  EXPECT_DOUBLE_EQ(split.bias2, 4 - 1.0 / 3);
}

TEST(ErrorSplit, BiasAndVarianceAddUpToTheMeanSquare) {
  physics::CounterRandom random(3, physics::Stream::evaluation_noise, 0);
  std::vector<double> errors(301);
  double mean_square = 0;
  for (double& e : errors) {
    e = 0.3 + random.normal();
    mean_square += e * e / 301;
  }
  // 301 additions, each within half an ulp of a sum below 2.
  EXPECT_NEAR(split_error(errors).mean_square(), mean_square, 301 * 2.3e-16 * 2);
}

// The naive squared mean error would add variance / N = 0.2 to bias^2 = 0.25.
TEST(ErrorSplit, BiasIsNotInflatedByFewRealisations) {
  constexpr int n_trial = 20000, n = 5;
  constexpr double bias = 0.5, sigma = 1;
  physics::CounterRandom random(4, physics::Stream::evaluation_noise, 0);
  double bias2 = 0, variance = 0;
  for (int t = 0; t < n_trial; ++t) {
    double errors[n];
    for (double& e : errors) e = bias + sigma * random.normal();
    const ErrorSplit split = split_error(errors);
    bias2 += split.bias2 / n_trial;
    variance += split.variance / n_trial;
  }
  // Var(mean^2 - v/n) = 4 b^2 s^2/n + 2 s^4/n^2 + 2 s^4/(n^2 (n-1)) = 0.30; Var(v) = 2 s^4/(n-1) = 0.5. Five standard errors.
  EXPECT_NEAR(bias2, bias * bias, 5 * std::sqrt(0.30 / n_trial));
  EXPECT_NEAR(variance, sigma * sigma, 5 * std::sqrt(0.5 / n_trial));
}

}  // namespace
}  // namespace crbrt::evaluation
