// SPDX-License-Identifier: Apache-2.0
// The floor where it is known: equal draws (bookkeeping, by hand) and a Gaussian linear problem, where it is 1 / (1 + r).
#include "tools/evaluation/floor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/error.h"
#include "physics/counter_random.h"
#include "tests/tools/evaluation/linear_model.h"

namespace crbrt::evaluation {
namespace {

// Two draws (value 0.1, bound 1) and the truth (0.3, bound 2) have the same coefficients: the estimate is 0.1, and with the
// truth among the draws (2 * 0.1 + 0.5 * 0.3) / 2.5 = 0.14. The model always says 0.4.
TEST(Floor, EqualDrawsByHand) {
  const LinearModel model("m0_semi_frac", 0.4f, {0}, false);
  const auto set = equal_fingerprints(30, {0.5, 0.1}, {0.2, -0.1}, 0.3, 2),
             prior = equal_fingerprints(2, {0.5, 0.1}, {0.2, -0.1}, 0.1, 1);
  const Floor floor = measure_floor(model.program, set, prior, {.count = 20, .snrs = {5, 20, 100, 200}}, "linear");
  EXPECT_EQ(floor.fingerprints, 20u);
  EXPECT_EQ(floor.prior_draws, 2u);
  ASSERT_EQ(floor.snrs, (std::vector<double>{20, 100}));  // the data set has 10 to 100
  for (std::size_t s = 0; s < 2; ++s) {
    const double unit = floor.snrs[s] * floor.snrs[s] / 2;
    const FloorLosses& losses = floor.at_snr[s];
    EXPECT_NEAR(losses.loss.mean / unit, 0.2 * 0.2, 1e-14);
    EXPECT_NEAR(losses.half.of_output[0] / unit, 0.2 * 0.2, 1e-14);
    EXPECT_NEAR(losses.with_truth.mean / unit, 0.16 * 0.16, 1e-14);
    EXPECT_NEAR(losses.model.mean / unit, 0.1 * 0.1, 1e-8);  // the model is in float
    EXPECT_NEAR(losses.effective_draws[0], 2, 1e-13);
    EXPECT_NEAR(losses.standard_error.mean / unit, 0, 1e-8);  // root of a difference that cancels to 1e-16
    EXPECT_FALSE(losses.resolved());
  }
}

/// c = (1, i theta), theta normal with standard deviation `width`: its bound with M0 unknown is 1 + theta^2. SNR 49 to 51.
physics::Dataset gaussian_linear(std::size_t n, double width, std::uint64_t seed) {
  auto set = equal_fingerprints(n, 1, 0, 0, 1);
  set.snr_min = 49;
  set.snr_max = 51;
  std::vector<float> theta(n);
  physics::CounterRandom random(seed, physics::Stream::evaluation_noise, 0);
  fill_normal(random, theta);
  for (std::size_t f = 0; f < n; ++f) {
    const auto column = static_cast<Eigen::Index>(f);
    set.tissues[f].m0_semi_frac = width * theta[f];
    set.coefficients(1, column) = {0, width * theta[f]};
    set.crb.col(column).setConstant(1 + width * width * theta[f] * theta[f]);
  }
  return set;
}

// theta is measured with variance bound / SNR^2, so its posterior variance is the bound over SNR^2 over 1 + r with r = bound /
// (SNR width)^2.
TEST(Floor, IsOneOverOnePlusRForAGaussianLinearProblem) {
  const LinearModel model("m0_semi_frac", 0, {0, 0, 0, 1}, true);  // the efficient estimator: loss 1
  for (const double r : {0.25, 1.0, 4.0}) {
    const double width = 1 / (50 * std::sqrt(r)), expected = 1 / (1 + r);
    const auto set = gaussian_linear(400, width, 1), prior = gaussian_linear(1000, width, 2);
    const Floor floor = measure_floor(model.program, set, prior, {.count = 400, .draws = 2, .snrs = {50}}, "linear");
    for (const FloorLosses& losses : {floor.range, floor.at_snr[0]}) {
      // Statistics of the voxels: five standard errors, and those are of a squared normal. A thousand draws, of which a third
      // count or more, add or take about 1 / 300; the bound varies with theta^2 < 0.03.
      EXPECT_NEAR(losses.loss.mean, expected, 5 * losses.standard_error.mean + 0.03);
      EXPECT_LE(losses.standard_error.mean, 1.5 * expected * std::sqrt(2 / 400.0));
      EXPECT_NEAR(losses.with_truth.mean, losses.loss.mean, 0.03 * expected);
      EXPECT_NEAR(losses.half.mean, losses.loss.mean, 0.03 * expected);
      EXPECT_NEAR(losses.model.mean, 1, 5 * std::sqrt(2 / 800.0) + 0.01);
      EXPECT_GT(losses.effective_draws[0], 300);
      EXPECT_TRUE(losses.resolved());
    }
  }
}

// Twenty draws for a posterior of a tenth of the prior's width: about two lie in it.
TEST(Floor, LiesBetweenItsBoundsWhereDrawsAreFew) {
  const LinearModel model("m0_semi_frac", 0, {0, 0, 0, 1}, true);
  const auto set = gaussian_linear(200, 0.2, 1), prior = gaussian_linear(20, 0.2, 2);
  const Floor floor = measure_floor(model.program, set, prior, {}, "linear");
  const double expected = 1 / (1 + 1 / 100.0);
  EXPECT_GT(floor.range.loss.mean, 2 * expected);
  EXPECT_GT(floor.range.half.mean, floor.range.loss.mean);
  EXPECT_LT(floor.range.with_truth.mean, 0.8 * expected);
  EXPECT_LT(floor.range.least_effective_draws(), 3);
  EXPECT_FALSE(floor.range.resolved());
}

TEST(Floor, ThreadsDoNotChangeANumber) {
  const LinearModel model("m0_semi_frac", 0, {0, 0, 0, 1}, true);
  const auto set = gaussian_linear(60, 0.02, 1), prior = gaussian_linear(100, 0.02, 2);
  const Floor one = measure_floor(model.program, set, prior, {.snrs = {50}}, "linear"),
              three = measure_floor(model.program, set, prior, {.snrs = {50}, .threads = 3}, "linear");
  EXPECT_EQ(one.range.loss.mean, three.range.loss.mean);
  EXPECT_EQ(one.at_snr[0].with_truth.mean, three.at_snr[0].with_truth.mean);
  EXPECT_EQ(one.range.effective_draws, three.range.effective_draws);
}

TEST(Floor, APriorOfOneFingerprintWithABoundIsRefused) {
  const LinearModel model("m0_semi_frac", 0, {0}, false);
  const auto set = equal_fingerprints(4, 1, 0, 0.2, 1);
  auto prior = set;
  prior.crb.rightCols(3).setZero();
  EXPECT_THROW(measure_floor(model.program, set, prior, {}, "linear"), base::DisagreementError);
}

}  // namespace
}  // namespace crbrt::evaluation
