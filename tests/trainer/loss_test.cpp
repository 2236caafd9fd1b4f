// Losses against numbers worked out by hand.
#include "trainer/loss.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/trainer/training_fixture.h"
#include "trainer/noise.h"

namespace crbrt::trainer {
namespace {

const at::Tensor estimates = at::tensor({1.0f, 2.0f, 3.0f, -1.0f}).view({2, 2});
const at::Tensor targets = at::tensor({0.5f, 2.0f, 1.0f, 1.0f}).view({2, 2});
const at::Tensor weights = at::tensor({4.0f, 7.0f, 0.5f, 2.0f}).view({2, 2});

TEST(Loss, CrbWeightsEverySquaredError) {
  const at::Tensor loss = loss_per_output(LossKind::crb, estimates, targets, weights);
  EXPECT_FLOAT_EQ(loss[0].item<float>(), (0.25f * 4 + 4 * 0.5f) / 2);
  EXPECT_FLOAT_EQ(loss[1].item<float>(), (0 * 7 + 4 * 2.0f) / 2);
}

TEST(Loss, MseIgnoresTheWeights) {
  const at::Tensor loss = loss_per_output(LossKind::mse, estimates, targets, weights);
  EXPECT_FLOAT_EQ(loss[0].item<float>(), (0.25f + 4) / 2);
  EXPECT_FLOAT_EQ(loss[1].item<float>(), (0 + 4.0f) / 2);
}

/// The whole chain from bounds to loss: an estimate that is off by k * sqrt(CRB) * sigma / |M0| has the loss k^2.
TEST(Loss, IsTheSquareOfTheErrorInUnitsOfTheBound) {
  const physics::Dataset dataset = tests::small_dataset(80);
  Config config = tests::small_config();
  config.snr = SnrRange{40, 40};
  const TrainingData data = prepare_data(dataset, config, "data");
  const Standardization s = standardize_targets(data);
  const NoisySource source(data, data.validation, s, c10::Device(at::kCPU));
  at::Tensor coefficients, truth, weight;
  source.draw_fixed(1, coefficients, truth, weight);
  at::Tensor estimate = truth.to(at::kDouble).clone();
  for (std::size_t i = 0; i < data.validation.n; ++i)
    for (std::size_t p = 0; p < 3; ++p) {
      const double error_si = static_cast<double>(p + 1) / std::sqrt(data.validation.inverse_bounds[3 * i + p]) / 40;
      estimate[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(p)] += error_si / s.scale[p];
    }
  const at::Tensor loss = loss_per_output(LossKind::crb, estimate, truth.to(at::kDouble), weight.to(at::kDouble));
  for (int p = 0; p < 3; ++p) EXPECT_NEAR(loss[p].item<double>() / ((p + 1) * (p + 1)), 1, 1e-6);  // float weights
}

TEST(TrainingData, BoundsOfTimesAreThoseOfRatesOverTheFourthPower) {
  const physics::Dataset dataset = tests::small_dataset(200);
  const TrainingData data = prepare_data(dataset, tests::small_config(), "data");
  std::size_t k = 0;  // training fingerprints keep their order
  for (std::size_t i = 0; i < dataset.size() && k < 1; ++i) {
    if (data.training.targets[0] != dataset.tissues[i].m0_semi_frac) continue;
    const double r2 = dataset.tissues[i].r2_free_hz;
    EXPECT_DOUBLE_EQ(data.training.targets[2], 1 / r2);
    EXPECT_NEAR(data.training.inverse_bounds[2] * dataset.crb(2, static_cast<Eigen::Index>(i)) / std::pow(r2, 4), 1, 1e-12);
    ++k;
  }
  EXPECT_EQ(k, 1u);
}

}  // namespace
}  // namespace crbrt::trainer
