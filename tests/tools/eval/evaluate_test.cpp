// The whole measurement on estimators whose bias and variance have a closed form: one dense layer, run by the real runtime.
#include "tools/eval/evaluate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tools/cli/error.h"

namespace crbrt::evaluation {
namespace {

constexpr std::size_t n_coeff = 2;

/// estimate = offset + w . x of one output, with or without phase and l2 normalisation.
struct LinearModel {
  float mean[2 * n_coeff] = {}, inverse_std[2 * n_coeff] = {1, 1, 1, 1};
  float weights[layout::packed_size(2 * n_coeff, 1)] = {};
  float bias[layout::padded_outputs(1)] = {};
  Output output;
  Op op;
  std::uint32_t slot_width[2] = {2 * n_coeff, 1};
  Program program;

  LinearModel(const char* name, float offset, std::initializer_list<float> w, bool normalize)
      : output{.name = name, .unit = "1", .offset = offset, .scale = 1, .minimum = -10, .maximum = 10},
        op{.kind = OpKind::dense,
           .n_in = 2 * n_coeff,
           .n_out = 1,
           .in_slot = 0,
           .out_slot = 1,
           .add_slot = -1,
           .relu = 0,
           .n_group = 0,
           .epsilon = 0,
           .weights = weights,
           .bias = bias},
        program{.version = program_version,
                .name = "linear",
                .model_sha256 = "",
                .n_coeff = n_coeff,
                .n_output = 1,
                .n_op = 1,
                .n_slot = 2,
                .preprocessing = {.phase_reference = normalize ? 0 : -1,
                                  .l2_normalize = normalize ? 1u : 0u,
                                  .mean = mean,
                                  .inverse_std = inverse_std},
                .outputs = &output,
                .ops = &op,
                .slot_width = slot_width,
                .macs_per_voxel = 2 * n_coeff} {
    std::size_t k = 0;
    for (const float value : w) weights[layout::packed_index(2 * n_coeff, 0, k++)] = value;
  }
  LinearModel(const LinearModel&) = delete;  // the program points into this object
};

physics::Dataset dataset(std::size_t n, std::complex<double> first, std::complex<double> second, double m0_semi_frac,
                         double crb) {
  physics::Dataset set;
  set.coefficients.resize(n_coeff, static_cast<Eigen::Index>(n));
  set.coefficients.row(0).setConstant(first);
  set.coefficients.row(1).setConstant(second);
  physics::Tissue tissue;
  tissue.m0_semi_frac = m0_semi_frac;
  tissue.r1_free_hz = tissue.r1_semi_hz = 1;
  tissue.r2_free_hz = 10;
  set.tissues.assign(n, tissue);
  set.crb = Eigen::MatrixXd::Constant(7, static_cast<Eigen::Index>(n), crb);
  return set;
}

// Without signal the estimate is offset + sigma * (w . noise): bias 0.3 and variance |w|^2 sigma^2, whatever the SNR.
// With a bound of 1e-4 at M0 = sigma = 1 the ratios are bias^2 SNR^2 / 1e-4 and 0.25 sigma^2 SNR^2 / 1e-4, sigma = 0.01.
TEST(Evaluate, SplitsTheErrorOfAnEstimatorOfKnownBiasAndVariance) {
  const LinearModel model("m0_semi_frac", 0.5f, {0.3f, 0, 0, 0.4f}, false);
  const auto set = dataset(400, 0, 0, 0.2, 1e-4);
  const Evaluation result = evaluate(model.program, set, {.seed = 5}, "linear");
  ASSERT_EQ(result.splits.size(), 4u);
  for (const Split& split : result.splits) {
    const double snr2 = split.snr * split.snr / 1e-4, variance = 0.25e-4, bias2 = 0.09, n = 400 * 300;
    // Standard errors: variance sqrt(2/n), squared mean 2 |bias| s / sqrt(n). Five of them; floats add 1e-6 relative to bias.
    EXPECT_NEAR(split.var_over_crb[0] / snr2, variance, 5 * variance * std::sqrt(2 / n));
    EXPECT_NEAR(split.bias2_over_crb[0] / snr2, bias2, 5 * 2 * 0.3 * std::sqrt(variance / n) + 1e-6 * bias2);
  }
  // E SNR^2 for SNR uniform in [10, 100] is 3700; its relative standard deviation is 0.81.
  EXPECT_NEAR(result.loss[0] * 1e-4 / 3700, 0.09 + 0.25e-4, 5 * 0.0901 * 0.81 / std::sqrt(400 * 10.0));
  EXPECT_EQ(result.loss_mean, result.loss[0]);
}

// c = (1, i theta): after phase and l2 normalisation Im x_1 is theta to first order, and the bound of theta with Re M0 and
// Im M0 unknown is 1 + theta^2 (Fisher matrix [[1 + theta^2, theta], [theta, 1]] of Re M0 and theta).
TEST(Evaluate, AnEfficientEstimatorHasLossOne) {
  const double theta = 0.01;
  const LinearModel model("m0_semi_frac", 0, {0, 0, 0, 1}, true);
  const auto set = dataset(500, 1, {0, theta}, theta, 1 + theta * theta);
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

TEST(Evaluate, ThreadsDoNotChangeANumber) {
  const LinearModel model("m0_semi_frac", 0.1f, {0.3f, -0.2f, 0.1f, 0.4f}, true);
  const auto set = dataset(100, {0.5, 0.1}, {0.2, -0.1}, 0.2, 1);
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
  auto set = dataset(10, 1, 0.5, 0.2, 1);
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
  auto set = dataset(4, 1, 0, 0.2, 1);
  const auto code = [&](const LinearModel& m) {
    try {
      evaluate(m.program, set, {}, "linear.crbm");
    } catch (const cli::Error& e) {
      EXPECT_NE(std::string(e.what()).find("linear.crbm"), std::string::npos);
      return e.code();
    }
    return cli::exit_ok;
  };
  EXPECT_EQ(code(model), cli::exit_ok);
  EXPECT_EQ(code(unknown), cli::exit_disagreement);
  EXPECT_EQ(code(separate), cli::exit_disagreement);  // the data set has one apparent T1
  set.coefficients.conservativeResize(1, Eigen::NoChange);
  EXPECT_EQ(code(model), cli::exit_disagreement);
}

}  // namespace
}  // namespace crbrt::evaluation
