// SPDX-License-Identifier: Apache-2.0
// Losses against numbers worked out by hand.
#include "trainer/loss.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/trainer/training_fixture.h"
#include "trainer/noise.h"
#include "trainer/voxel_batch.h"

namespace crbrt::trainer {
namespace {

const at::Tensor estimates = at::tensor({1.0f, 2.0f, 3.0f, -1.0f}).view({2, 2});
const at::Tensor targets = at::tensor({0.5f, 2.0f, 1.0f, 1.0f}).view({2, 2});
const at::Tensor weights = at::tensor({4.0f, 7.0f, 0.5f, 2.0f}).view({2, 2});

const Standardization standardization{{}, {}, {1.0f, -2.0f}, {0.5f, 4.0f}};

at::Tensor loss_of(LossKind kind, const BiasReduction& bias_reduction = {}) {
  Config config;
  config.loss = kind;
  config.bias_reduction = bias_reduction;
  return loss_per_output(config, standardization, {estimates, targets, weights});
}

TEST(Loss, CrbWeightsEverySquaredError) {
  const at::Tensor loss = loss_of(LossKind::crb);
  EXPECT_FLOAT_EQ(loss[0].item<float>(), (0.25f * 4 + 4 * 0.5f) / 2);
  EXPECT_FLOAT_EQ(loss[1].item<float>(), (0 * 7 + 4 * 2.0f) / 2);
}

TEST(Loss, MseIgnoresTheWeights) {
  const at::Tensor loss = loss_of(LossKind::mse);
  EXPECT_FLOAT_EQ(loss[0].item<float>(), (0.25f + 4) / 2);
  EXPECT_FLOAT_EQ(loss[1].item<float>(), (0 + 4.0f) / 2);
}

/// Truths: 1 + 0.5 * (0.5, 1) and -2 + 4 * (2, 1); errors: 0.5 * (0.5, 2) and 4 * (0, -2).
TEST(Loss, RelativeIsTheAbsoluteErrorOverTheTruth) {
  const at::Tensor loss = loss_of(LossKind::relative);
  EXPECT_FLOAT_EQ(loss[0].item<float>(), (0.25f / 1.25f + 1 / 1.5f) / 2);
  EXPECT_FLOAT_EQ(loss[1].item<float>(), (0 + 8 / 2.0f) / 2);
}

/// Both rows are realisations of one fingerprint. Output 0: errors sqrt(4) 0.5 = 1 and sqrt(0.5) 2 = sqrt(2); output 1: 0 and
/// -2 sqrt(2). Two values a, b have the mean (a + b) / 2 and the variance (a - b)^2 / 2.
TEST(Loss, BiasReducedIsTheSquaredBiasPlusAHingeOnTheVariance) {
  const at::Tensor loss = loss_of(LossKind::bias_reduced, {2, 3, 0.5});
  const double root = std::sqrt(2.0), v0 = (root - 1) * (root - 1) / 2, v1 = 4;
  EXPECT_NEAR(loss[0].item<double>(), std::pow((1 + root) / 2, 2) - v0 / 2, 1e-6);  // v0 is below the limit; float roundings
  EXPECT_NEAR(loss[1].item<double>(), 2 - v1 / 2 + 3 * (v1 - 0.5), 1e-5);
}

/// With errors b + s e, e normal, the loss is b^2 + weight * E max(v - 1, 0) for any number of realisations.
TEST(Loss, BiasReducedIsNotFooledByFewRealisations) {
  const std::int64_t n = 200000;
  for (const std::size_t realisations : {2u, 8u}) {
    Config config;
    config.loss = LossKind::bias_reduced;
    config.bias_reduction = {realisations, 0, 1};
    const std::int64_t rows = n * static_cast<std::int64_t>(realisations);
    const at::Tensor error = 0.3 + at::randn({rows, 1}, at::kDouble), zero = at::zeros({rows, 1}, at::kDouble);
    const double loss = loss_per_output(config, standardization, {error, zero, at::ones_like(zero)}).item<double>();
    // Standard deviation of m^2 - v / N is below 1.2 for N = 2 and less for more; five standard errors.
    EXPECT_NEAR(loss, 0.09, 5 * 1.2 / std::sqrt(n)) << realisations;
  }
}

TEST(Loss, GradientsAreThoseOfDifferences) {
  for (const LossKind kind : {LossKind::crb, LossKind::mse, LossKind::relative, LossKind::bias_reduced}) {
    Config config;
    config.loss = kind;
    config.bias_reduction = {2, 3, 0.5};
    const at::Tensor t = targets.to(at::kDouble), w = weights.to(at::kDouble);
    at::Tensor x = (estimates + 0.1).to(at::kDouble).requires_grad_(true);  // off the kinks of |x| and of the hinge
    const auto loss = [&](const at::Tensor& e) { return loss_per_output(config, standardization, {e, t, w}).mean(); };
    loss(x).backward();
    for (int i = 0; i < 4; ++i) {
      const double step = 1e-5;
      at::Tensor above = x.detach().clone(), below = x.detach().clone();
      above.view({-1})[i] += step;
      below.view({-1})[i] -= step;
      // Central difference of piecewise quadratic functions: exact but for rounding, 1e-16 * 100 / 1e-5.
      const double difference = (loss(above).item<double>() - loss(below).item<double>()) / (2 * step);
      EXPECT_NEAR(x.grad().view({-1})[i].item<double>(), difference, 1e-8) << name(kind) << ' ' << i;
    }
  }
}

/// The whole chain from bounds to loss: an estimate that is off by k * sqrt(CRB) * sigma / |M0| has the loss k^2.
TEST(Loss, IsTheSquareOfTheErrorInUnitsOfTheBound) {
  const physics::Dataset dataset = tests::small_dataset(80);
  Config config = tests::small_config();
  config.snr = SnrRange{40, 40};
  const TrainingData data = prepare_data(dataset, config, "data");
  const Standardization s = standardize_targets(data);
  const NoisySource source(data, data.validation, s, c10::Device(at::kCPU));
  const VoxelBatch voxels = source.draw_fixed(1, 1);
  const at::Tensor truth = voxels.targets, weight = voxels.weights;
  at::Tensor estimate = truth.to(at::kDouble).clone();
  for (std::size_t i = 0; i < data.validation.n; ++i)
    for (std::size_t p = 0; p < 3; ++p) {
      const double error_si = static_cast<double>(p + 1) / std::sqrt(data.validation.inverse_bounds[3 * i + p]) / 40;
      estimate[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(p)] += error_si / s.scale[p];
    }
  const at::Tensor loss = crb_loss_per_output({estimate, truth.to(at::kDouble), weight.to(at::kDouble)});
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
