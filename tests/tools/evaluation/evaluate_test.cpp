// SPDX-License-Identifier: Apache-2.0
// The whole measurement on estimators whose bias and variance have a closed form: one dense layer, run by the real runtime.
#include "tools/evaluation/evaluate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "tests/tools/evaluation/linear_model.h"

namespace crbrt::evaluation {
namespace {

// Without signal the estimate is offset + sigma * (w . noise): bias 0.3 and variance |w|^2 sigma^2, whatever the SNR.
// With a bound of 1e-4 at M0 = sigma = 1 the ratios are bias^2 SNR^2 / 1e-4 and 0.25 sigma^2 SNR^2 / 1e-4, sigma = 0.01.
TEST(Evaluate, SplitsTheErrorOfAnEstimatorOfKnownBiasAndVariance) {
  const LinearModel model("m0_semi_frac", 0.5f, {0.3f, 0, 0, 0.4f}, false);
  const auto set = equal_fingerprints(400, 0, 0, 0.2, 1e-4);
  const Evaluation result = evaluate(model.program, set, {.snrs = {10, 20, 50, 100, 500}, .seed = 5}, "linear");
  ASSERT_EQ(result.splits.size(), 5u);
  for (const Split& split : result.splits) {
    const double snr2 = split.snr * split.snr / 1e-4, variance = 0.25e-4, bias2 = 0.09, n = 400 * 300;
    // Standard errors: variance sqrt(2/n), squared mean 2 |bias| s / sqrt(n). Five of them; floats add 1e-6 relative to bias.
    EXPECT_NEAR(split.var_over_crb[0] / snr2, variance, 5 * variance * std::sqrt(2 / n));
    EXPECT_NEAR(split.bias2_over_crb[0] / snr2, bias2, 5 * 2 * 0.3 * std::sqrt(variance / n) + 1e-6 * bias2);
    // The same without the bound: [paper]'s split of the MSE loss.
    // Sums of 400 terms, each rounded to half an ulp, in two ways.
    EXPECT_NEAR(split.bias2[0] * snr2 / split.bias2_over_crb[0], 1, 2 * 400 * 1.2e-16);
    EXPECT_NEAR(split.variance[0] * snr2 / split.var_over_crb[0], 1, 2 * 400 * 1.2e-16);
  }
  // E SNR^2 for SNR uniform in [10, 100] is 3700; its relative standard deviation is 0.81.
  EXPECT_NEAR(result.loss[0] * 1e-4 / 3700, 0.09 + 0.25e-4, 5 * 0.0901 * 0.81 / std::sqrt(400 * 10.0));
  EXPECT_EQ(result.loss_mean, result.loss[0]);
}

TEST(Evaluate, DistributionsSeeTheSameBiasAndVariance) {
  const LinearModel model("m0_semi_frac", 0.2f + 0.004f, {0.3f, 0, 0, 0.4f}, false);
  // sqrt(CRB) at SNR 50 is 0.005, as is the standard deviation of the estimates; the bias is 0.004.
  const auto set = equal_fingerprints(400, 0, 0, 0.2, 0.0625);
  const Detail detail = evaluate(model.program, set, {.snrs = {50}}, "linear").detail;
  EXPECT_NEAR(detail.mean_abs_bias[0], 0.004, 5 * 0.005 / std::sqrt(400 * 300.0) + 1e-6);  // floats near 0.2: 1.5e-8
  const Histogram& bias = detail.bias[0];
  EXPECT_DOUBLE_EQ(bias.high, 0.01);  // twice 0.005
  // Every mean of 300 errors lies within 5.5 * 0.005 / sqrt(300) = 0.0016 of the bias: bins 50 to 63 of 81 from -0.01 on.
  std::size_t near = 0;
  for (std::size_t i = 50; i <= 63; ++i) near += bias.count[i];
  EXPECT_EQ(near, 400u);
  const Histogram& ratio = detail.std_over_sqrt_crb[0];
  // Relative standard error of a standard deviation 1 / sqrt(600) = 0.041: 5.5 of them around 1 are bins 31 to 48 of 0.025.
  near = 0;
  for (std::size_t i = 31; i <= 48; ++i) near += ratio.count[i];
  EXPECT_EQ(near, 400u);
}

TEST(Evaluate, ASnrGivesTheSameNumbersInAnyListOfSnrs) {
  const LinearModel model("m0_semi_frac", 0.1f, {0.3f, -0.2f, 0.1f, 0.4f}, true);
  const auto set = equal_fingerprints(20, {0.5, 0.1}, {0.2, -0.1}, 0.2, 1);
  const Evaluation many = evaluate(model.program, set, {.snrs = {10, 50}}, "linear"),
                   alone = evaluate(model.program, set, {.snrs = {50}}, "linear"),
                   detail_only = evaluate(model.program, set, {.snrs = {10}}, "linear");
  EXPECT_EQ(many.splits[1].var_over_crb, alone.splits[0].var_over_crb);
  EXPECT_EQ(detail_only.detail.mean_abs_bias, alone.detail.mean_abs_bias);
  EXPECT_NE(many.splits[0].bias2, many.splits[1].bias2);
}

// Errors of 0.5 sigma = 0.005, exactly Gaussian and without bias, as pure noise goes through a linear layer.
TEST(Evaluate, ExactGaussianErrorsAreCoveredAsGaussiansAre) {
  const auto set = equal_fingerprints(400, 0, 0, 0.5, 1);
  const double n = 400 * 300;
  for (const double honesty : {1.0, 0.5}) {
    LinearModel model("m0_semi_frac", 0.5f, {0.3f, 0, 0, 0.4f}, false);
    model.predict_std(0.005 * honesty);
    const Evaluation result = evaluate(model.program, set, {.snrs = {10, 50}}, "linear");
    EXPECT_TRUE(result.has_uncertainty);
    for (const Split& split : result.splits) {
      // P(|z| <= k) = erf(k / sqrt(2)); five binomial standard errors. exp() of a float is exact to 1e-6.
      const double p1 = std::erf(honesty / std::sqrt(2)), p2 = std::erf(2 * honesty / std::sqrt(2));
      EXPECT_NEAR(split.coverage.within_1[0], p1, 5 * std::sqrt(p1 * (1 - p1) / n));
      EXPECT_NEAR(split.coverage.within_2[0], p2, 5 * std::sqrt(p2 * (1 - p2) / n));
      EXPECT_NEAR(split.coverage.residual_mean[0], 0, 5 / honesty / std::sqrt(n));
      EXPECT_NEAR(split.coverage.residual_std[0], 1 / honesty, 5 / honesty / std::sqrt(2 * n));
    }
  }
}

TEST(Evaluate, AModelWithoutStandardDeviationsHasNoCoverage) {
  const LinearModel model("m0_semi_frac", 0.5f, {0.3f, 0, 0, 0.4f}, false);
  const Evaluation result = evaluate(model.program, equal_fingerprints(4, 0, 0, 0.5, 1), {.snrs = {50}}, "linear");
  EXPECT_FALSE(result.has_uncertainty);
  EXPECT_TRUE(result.splits[0].coverage.within_1.empty());
}

// c = (1, i theta): after phase and l2 normalisation Im x_1 is theta to first order, and the bound of theta with Re M0 and
// Im M0 unknown is 1 + theta^2 (Fisher matrix [[1 + theta^2, theta], [theta, 1]] of Re M0 and theta).
TEST(Evaluate, AnEfficientEstimatorHasLossOne) {
  const double theta = 0.01;
  const LinearModel model("m0_semi_frac", 0, {0, 0, 0, 1}, true);
  const auto set = equal_fingerprints(500, 1, {0, theta}, theta, 1 + theta * theta);
  Options options{.snrs = {50, 100}, .seed = 9};
  const Evaluation result = evaluate(model.program, set, options, "linear");
  for (const Split& split : result.splits) {
    // Second-order terms are of order 1 / SNR^2; statistics sqrt(2 / (500 * 300)), five of them.
    EXPECT_NEAR(split.var_over_crb[0], 1, 5 * std::sqrt(2 / 150e3) + 3 / (split.snr * split.snr));
    EXPECT_NEAR(split.bias2_over_crb[0], 0, 5 * std::sqrt(2 / 150e3) / 300 + 1e-3);
  }
  // 5000 draws of a squared normal; at SNR 10 the second-order terms are 3 %, on average over SNR 10 to 100 0.3 %.
  EXPECT_NEAR(result.loss[0], 1, 5 * std::sqrt(2 / 5000.0) + 3e-3);
}

// The estimate is always 0.9, the norm of (0.6, 0.8) 1: bias 0.1, and at SNR 50 a bound of 4 / 2500.
TEST(Evaluate, TheScaleIsMeasuredAgainstTheNormOfTheSignal) {
  const LinearModel model("signal_per_m0", 0.9f, {0, 0, 0, 0}, false);
  auto set = equal_fingerprints(10, {0, 0.6}, 0.8, 0.2, 1);
  set.signal_per_m0_crb = Eigen::VectorXd::Constant(10, 4);
  const Evaluation result = evaluate(model.program, set, {.snrs = {50}}, "linear");
  EXPECT_NEAR(result.splits[0].bias2_over_crb[0], 0.01 * 2500 / 4, 1e-5);  // floats near 0.9: 6e-8 of a bias of 0.1, squared
  set.signal_per_m0_crb.reset();
  EXPECT_THROW(evaluate(model.program, set, {}, "linear"), base::DisagreementError);
}

TEST(Evaluate, ThreadsDoNotChangeANumber) {
  const LinearModel model("m0_semi_frac", 0.1f, {0.3f, -0.2f, 0.1f, 0.4f}, true);
  const auto set = equal_fingerprints(100, {0.5, 0.1}, {0.2, -0.1}, 0.2, 1);
  const Evaluation one = evaluate(model.program, set, {.threads = 1}, "linear");
  const Evaluation three = evaluate(model.program, set, {.threads = 3}, "linear");
  EXPECT_EQ(one.loss, three.loss);
  for (std::size_t s = 0; s < one.splits.size(); ++s) {
    EXPECT_EQ(one.splits[s].bias2_over_crb, three.splits[s].bias2_over_crb);
    EXPECT_EQ(one.splits[s].var_over_crb, three.splits[s].var_over_crb);
  }
}

TEST(Evaluate, FingerprintsWithoutAFiniteBoundAreDroppedAndCounted) {
  const LinearModel model("m0_semi_frac", 0.1f, {1, 0, 0, 0}, true);
  auto set = equal_fingerprints(10, 1, 0.5, 0.2, 1);
  const double all = evaluate(model.program, set, {}, "linear").loss[0];
  set.crb.col(3).setConstant(std::numeric_limits<double>::infinity());
  set.crb(0, 4) = 0;
  const Evaluation result = evaluate(model.program, set, {}, "linear");
  EXPECT_EQ(result.dropped, 2u);
  EXPECT_EQ(result.fingerprints, 8u);
  EXPECT_TRUE(std::isfinite(result.loss[0]));
  EXPECT_GT(all, 0);
}

TEST(Evaluate, AModelOfAnotherRankOrWithAnUnknownOutputDisagrees) {
  const LinearModel model("m0_semi_frac", 0, {1}, true), unknown("hue", 0, {1}, true), separate("t1_free_s", 0, {1}, true);
  auto set = equal_fingerprints(4, 1, 0, 0.2, 1);
  const auto code = [&](const LinearModel& m) {
    try {
      evaluate(m.program, set, {}, "linear.crbm");
    } catch (const base::Error& e) {
      EXPECT_NE(std::string(e.what()).find("linear.crbm"), std::string::npos);
      return e.code();
    }
    return base::exit_ok;
  };
  EXPECT_EQ(code(model), base::exit_ok);
  EXPECT_EQ(code(unknown), base::exit_disagreement);
  EXPECT_EQ(code(separate), base::exit_disagreement);  // the data set has one apparent T1
  set.coefficients.conservativeResize(1, Eigen::NoChange);
  EXPECT_EQ(code(model), base::exit_disagreement);
}

}  // namespace
}  // namespace crbrt::evaluation
