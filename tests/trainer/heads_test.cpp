// SPDX-License-Identifier: Apache-2.0
// Predicted standard deviations and the atypicality: formulas by hand, gradients, counterexamples and calibration.
#include "trainer/heads.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>
#include <tuple>

#include "tests/trainer/training_fixture.h"
#include "trainer/network.h"
#include "trainer/train.h"
#include "trainer/voxel_batch.h"

namespace crbrt::trainer {
namespace {

Config config_with_heads() {
  Config config = tests::small_config();
  config.heads = {true, true, 1};
  return config;
}

TEST(Heads, CountThreeTermsAnOutputAndOneScore) {
  Config config = config_with_heads();
  EXPECT_EQ(head_count(config), 10u);
  config.heads.atypicality = false;
  EXPECT_EQ(head_count(config), 9u);
  config.heads = {false, true, 0};
  EXPECT_EQ(head_count(config), 1u);
}

TEST(Heads, LogStdIsAParabolaInTheNoiseThatEndsAtTheTrainedRange) {
  const Config config = config_with_heads();
  const NoiseRange range{-5, -1, 1};
  const at::Tensor heads = at::arange(10, at::kFloat).view({1, 10}) / 10;  // q0 .0 .1 .2, q1 .3 .4 .5, q2 .6 .7 .8
  const auto at_noise = [&](double l) { return log_std(config, heads, at::full({1, 1}, -5 + l), range)[0][1].item<double>(); };
  EXPECT_NEAR(at_noise(0.5), 0.1 + 0.4 * 0.5 + 0.7 * 0.25, 1e-6);
  EXPECT_NEAR(at_noise(-3), 0.1 - 0.4 + 0.7, 1e-6);     // no less noise than was trained
  EXPECT_NEAR(at_noise(3), 0.1 + 0.4 + 0.7 + 2, 1e-6);  // beyond: in proportion to sigma
  EXPECT_NEAR(score(heads)[0].item<double>(), 0.9, 1e-7);
}

TEST(Heads, UncertaintyLossIsLeastAtTheTrueSpreadAndLeavesTheErrorsAlone) {
  const at::Tensor errors = (2 * at::ones({4, 1}, at::kDouble)).requires_grad_(true);
  at::Tensor at_truth = at::full({4, 1}, std::log(2.0), at::kDouble).requires_grad_(true);
  const at::Tensor loss = uncertainty_loss(at_truth, errors);
  EXPECT_NEAR(loss.item<double>(), std::log(2.0) + 0.5, 1e-12);
  loss.backward();
  EXPECT_NEAR(at_truth.grad().abs().max().item<double>(), 0, 1e-12);
  EXPECT_FALSE(errors.grad().defined());
}

TEST(Heads, TrunkGradientScalesWhatTheHiddenLayersSee) {
  const at::Tensor inputs = at::randn({20, 4});
  const auto gradient = [&](double share) {
    TrainableNetwork network(NetworkConfig{{8}, Normalization::none, 0, {}}, {4, 2, 3}, share, 7, c10::Device(at::kCPU));
    {
      const at::NoGradGuard no_gradient;
      network.parameters().narrow(0, network.parameters().numel() - network.head_parameters(), 24).fill_(0.5);
    }
    network.forward(inputs, Mode::training).narrow(1, 2, 3).sum().backward();
    return network.parameters().grad().narrow(0, 0, 8 * 4).clone();
  };
  const at::Tensor whole = gradient(1);
  EXPECT_GT(whole.norm().item<double>(), 0);
  EXPECT_EQ(gradient(0).norm().item<double>(), 0);
  EXPECT_TRUE(at::allclose(gradient(0.25), whole * 0.25));
}

TEST(Heads, UnlikeVoxelsKeepShapeAndAreOfSixKinds) {
  torch::manual_seed(1);
  at::Tensor voxels = at::randn({600, 10});
  const at::Tensor unlike = unlike_voxels(voxels);
  ASSERT_EQ(unlike.sizes(), voxels.sizes());
  const auto part = [](const at::Tensor& x, int kind) { return x.narrow(0, kind * 100, 100); };
  const auto energy = [](const at::Tensor& x) { return x.square().sum(1); };
  EXPECT_TRUE(at::equal(std::get<0>(part(unlike, 1).sort(1)), std::get<0>(part(voxels, 1).sort(1))));  // the same numbers
  EXPECT_FALSE(at::equal(part(unlike, 1), part(voxels, 1)));
  for (int turned : {2, 3}) EXPECT_TRUE(at::allclose(energy(part(unlike, turned)), energy(part(voxels, turned)), 1e-4));
  // The small rotation leaves all but the last coefficient near themselves, up to a sign that the phase takes away.
  const auto distance = [&](int kind) {
    const at::Tensor a = part(unlike, kind).narrow(1, 0, 4), b = part(voxels, kind).narrow(1, 0, 4);
    return std::min((a - b).norm().item<double>(), (a + b).norm().item<double>());
  };
  EXPECT_LT(distance(3), 0.5 * distance(2));
  // Scaled one by one: the ratio is real and the same for both parts of a coefficient.
  const at::Tensor ratio = part(unlike, 4) / part(voxels, 4);
  EXPECT_TRUE(at::allclose(ratio.narrow(1, 0, 5), ratio.narrow(1, 5, 5), 1e-3));
  // Exchanged: a coefficient's phase-turned, normalised values are those of the part in another order.
  EXPECT_NEAR(part(unlike, 5).square().sum().item<double>(), 100, 1e-3);
}

/// Of 200 voxels at each of two SNRs, 136 err by a tenth of the true spread, 54 by 1.4 and 10 by five of it.
at::Tensor errors_of_known_shares() {
  const at::Tensor one_snr = at::cat({at::full({136, 1}, 0.1), at::full({54, 1}, std::sqrt(2.0)), at::full({10, 1}, 5.0)});
  return at::cat({one_snr, one_snr});
}

TEST(Heads, CoverageMismatchPushesTheSnrWhoseSharesAreWrongAndNoOther) {
  const at::Tensor snr = at::cat({at::full({200, 1}, 15.0), at::full({200, 1}, 80.0)});
  const SnrRange range{10, 100};
  const auto mismatch = [&](double log_std_at_80) {
    at::Tensor log_std = at::cat({at::zeros({200, 1}), at::full({200, 1}, log_std_at_80)}).requires_grad_(true);
    const at::Tensor value = coverage_mismatch(log_std, errors_of_known_shares(), snr, range);
    value.backward();
    return std::tuple{value.item<double>(), log_std.grad().narrow(0, 0, 200).sum().item<double>(),
                      log_std.grad().narrow(0, 200, 200).sum().item<double>()};
  };
  // Softly counted, sqrt(2) of a spread is 0.030 within one and 0.970 within two: shares 0.6882 and 0.9419, so each of the two
  // filled groups of twelve gives (0.0082 / 0.03)^2 + (0.0081 / 0.02)^2 = 0.239.
  const auto [right, low_if_right, high_if_right] = mismatch(0);
  EXPECT_NEAR(right, 2 * 0.239 / 12, 0.001);
  EXPECT_NEAR(low_if_right, high_if_right, 1e-6);
  const auto [wrong, low, high] = mismatch(std::log(2.0));  // now 0.95 lie within one
  EXPECT_GT(wrong, (0.26 / 0.03) * (0.26 / 0.03) / 12);
  EXPECT_NEAR(low, low_if_right, 1e-6);
  EXPECT_GT(high, 10 * std::abs(low));
}

TEST(Heads, CoverageMismatchIgnoresWhatLiesFarOutsideTheRange) {
  const at::Tensor snr = at::full({400, 1}, 300.0), log_std = at::full({400, 1}, 3.0);
  EXPECT_EQ(coverage_mismatch(log_std, errors_of_known_shares(), snr, {10, 100}).item<double>(), 0);
}

/// Errors of known spread whose prediction is wrong by one factor: calibration undoes it.
TEST(Heads, CalibrationBringsTheCoverageToThatOfANormalDistribution) {
  torch::manual_seed(2);
  const Config config = config_with_heads();
  const std::int64_t n = 60000;
  const NoiseRange range{-5, -1, 1};
  VoxelBatch held_out;
  held_out.targets = at::randn({n, 3});
  held_out.snr = 10 + 90 * at::rand({n, 1});
  held_out.log_noise = -5 - at::log(held_out.snr / 33);
  at::Tensor features = at::cat({held_out.targets + 0.5 * at::randn({n, 3}), at::zeros({n, 9}), at::randn({n, 1})}, 1);
  const HeadCalibration found = calibrate(config, features, held_out, range);
  ASSERT_EQ(found.log_std_shift.size(), 3u);
  // A share of 60,000 has a standard error of 0.2 %, which is 0.004 in the log of the quantile; five of these, and 0.01 for
  // normal shares of 68.27 and 95.45 %.
  for (float shift : found.log_std_shift) EXPECT_NEAR(shift, std::log(0.5), 0.03);
  EXPECT_NEAR(found.score_threshold, 2.326, 0.1);  // 99 % of a normal distribution, 60,000 draws
}

}  // namespace
}  // namespace crbrt::trainer
