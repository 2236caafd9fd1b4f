// SPDX-License-Identifier: Apache-2.0
// What integers cost is measured against truth and bound, with the same noise for both forms, on fingerprints that did not
// calibrate them.
#include <gtest/gtest.h>

#include <cmath>

#include "codegen/quantize/cost.h"
#include "tests/support/model_builder.h"

namespace crbrt::tests {
namespace {

using namespace codegen;

constexpr std::size_t n_fingerprint = 40;

const Model& model() {
  static const Model loaded = load(plain_spec());
  return loaded;
}

/// Fingerprints of random coefficients that all have the same tissue; bounds of 4 at M0 = sigma = 1.
physics::Dataset made_up() {
  physics::Dataset dataset;
  dataset.coefficients = Eigen::MatrixXcd::Random(model().program().n_coeff, n_fingerprint);
  dataset.tissues.assign(
      n_fingerprint,
      {.m0_semi_frac = 0.2, .r1_free_hz = 0.5, .r2_free_hz = 12, .exchange_hz = 15, .r1_semi_hz = 0.5, .t2_semi_s = 1e-5});
  dataset.crb = Eigen::MatrixXd::Constant(static_cast<Eigen::Index>(physics::bound_names(physics::T1Model::apparent).size()),
                                          n_fingerprint, 4.0);
  dataset.unknowns = physics::T1Model::apparent;
  return dataset;
}

/// Estimates of the float form, moved by `shift` in output 0 (m0_semi_frac, whose bound is the data set's own).
Estimator shifted(float shift) {
  return [estimate = estimator_of(model().program()), shift](const std::vector<float>& coefficients) {
    std::vector<float> estimates = estimate(coefficients);
    for (std::size_t i = 0; i < estimates.size(); i += model().program().n_output) estimates[i] += shift;
    return estimates;
  };
}

TEST(Cost, EqualEstimatesCostNothing) {
  const physics::Dataset dataset = made_up();
  const std::vector<IntegerCost> cost = CostMeasure(model(), dataset, "made_up.h5", false).of(shifted(0));
  ASSERT_EQ(cost.size(), 5 * model().program().n_output);
  for (const IntegerCost& c : cost) {
    EXPECT_GT(c.loss_float, 0) << c.output;
    EXPECT_EQ(c.loss_float, c.loss_integer) << c.output;
    EXPECT_EQ(c.bias2_float, c.bias2_integer) << c.output;
  }
  EXPECT_EQ(loss_rise(cost), 0);
  EXPECT_EQ(bias_rise(cost), 0);
}

TEST(Cost, ACostIsInUnitsOfTheBoundAtItsSnr) {
  // Against estimates that are far off by 1000 the own error of the float form (below 10) and its noise vanish:
  // squared error over bound = 1000^2 SNR^2 / 4.
  const physics::Dataset dataset = made_up();
  for (const IntegerCost& c : CostMeasure(model(), dataset, "made_up.h5", false).of(shifted(1000))) {
    if (c.output != "m0_semi_frac" || c.snr == 0) continue;
    EXPECT_NEAR(c.loss_integer / (1e6 * c.snr * c.snr / 4), 1, 0.03) << c.snr;
    EXPECT_NEAR(c.bias2_integer / (1e6 * c.snr * c.snr / 4), 1, 0.03) << c.snr;
  }
}

TEST(Cost, NoiseWithoutBiasIsNotTakenForBias) {
  // Errors of +1 and -1 in turn: their mean is 0, and m^2 - v / n is -1 / (n - 1) for n = 40 voxels of a fingerprint.
  const physics::Dataset dataset = made_up();
  const Estimator alternating = [](const std::vector<float>& coefficients) {
    const std::size_t n_output = model().program().n_output, n = coefficients.size() / (2 * model().program().n_coeff);
    std::vector<float> estimates(n * n_output);
    for (std::size_t v = 0; v < n; ++v) estimates[v * n_output] = 0.2f + (v % 2 == 0 ? 1.0f : -1.0f);
    return estimates;
  };
  for (const IntegerCost& c : CostMeasure(model(), dataset, "made_up.h5", false).of(alternating)) {
    if (c.output != "m0_semi_frac" || c.snr == 0) continue;
    EXPECT_NEAR(c.bias2_integer / (c.snr * c.snr / 4), -1.0 / 39, 1e-4) << c.snr;
  }
}

TEST(Cost, RisesAreOfTheMeanLossAndOfTheWorstBias) {
  const std::vector<IntegerCost> cost = {{0, "a", 1, 1.5, 0, 0},
                                         {0, "b", 3, 3, 0, 0},
                                         {100, "a", 1, 9, 0.1, 0.2},
                                         {100, "b", 1, 9, 0.5, 0.9},
                                         {50, "b", 1, 9, 0.0, 9.0}};
  EXPECT_DOUBLE_EQ(loss_rise(cost), 0.125);
  EXPECT_DOUBLE_EQ(bias_rise(cost), 0.4);
}

TEST(Cost, CalibrationAndMeasureShareNoFingerprint) {
  for (const std::size_t n : {4u, 7u, 8000u}) {
    const Share a = calibrating_share(n), b = measuring_share(n);
    EXPECT_EQ(a.first + a.count, b.first);
    EXPECT_EQ(b.first + b.count, n);
    EXPECT_GT(b.count, 0u);
  }
}

TEST(Cost, NoiseIsAFunctionOfSeedAndFingerprint) {
  const physics::Dataset dataset = made_up();
  const Voxels all = noisy_voxels(dataset, {0, 10}, 50, 3, 1), some = noisy_voxels(dataset, {4, 2}, 50, 3, 1);
  const std::size_t width = 2 * std::size_t{model().program().n_coeff} * 3;
  EXPECT_TRUE(std::equal(some.coefficients.begin(), some.coefficients.end(),
                         all.coefficients.begin() + static_cast<std::ptrdiff_t>(4 * width)));
  EXPECT_NE(noisy_voxels(dataset, {4, 2}, 50, 3, 2).coefficients, some.coefficients);
}

TEST(Cost, ImportanceOfAVoxelIsWhatTheLossGivesIt) {
  const physics::Dataset dataset = made_up();
  const Calibration calibration = calibration_from(model().program(), dataset, 2, "made_up.h5");
  const Voxels voxels = noisy_voxels(dataset, calibrating_share(n_fingerprint), 0, 2, 0x63616c6962);
  EXPECT_EQ(calibration.features, features_of(model().program(), voxels.coefficients));
  const double scale = model().program().outputs[0].scale;
  for (std::size_t v = 0; v < voxels.snr.size(); ++v)
    EXPECT_NEAR(calibration.importance(0, static_cast<Eigen::Index>(v)) / (voxels.snr[v] * voxels.snr[v] * scale * scale / 4),
                1, 1e-5);
}

}  // namespace
}  // namespace crbrt::tests
