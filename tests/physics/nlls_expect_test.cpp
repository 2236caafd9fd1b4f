// SPDX-License-Identifier: Apache-2.0
/// What fits expect of residuals: noise alone, or what a sample of the data leaves.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/physics/nlls_fixture.h"

namespace crbrt::tests {
namespace {

using physics::ExpectedResidual;
using physics::FitSettings;
using physics::Fitter;
using physics::T1Model;

constexpr double sigma = 2 / noise_snr;
constexpr double n_freedom = 2 * 12 - 7 - 2;

FitSettings known_noise() {
  FitSettings settings = settings_of(T1Model::apparent);
  settings.sigma = sigma;
  return settings;
}

/// As if the data held something beside noise that is `ratio` times as strong, noise and all.
Eigen::MatrixXcd data_of(std::size_t n_voxel, double ratio, std::uint64_t seed) {
  return noisy(ShortTrain::get().coefficients(brain_tissues(n_voxel, T1Model::apparent, seed)), true_m0, ratio * sigma,
               seed + 1);
}

TEST(ExpectedResidual, OfNoiseAloneNothingElseIsExpected) {
  Fitter fitter = short_fitter(known_noise());
  const ExpectedResidual expected = fitter.expect_residual_of(data_of(64, 1, 61), 2);
  // The spread of a median of 64 is 1.25 / 8 of that of one chi-square, sqrt(2 / 15).
  EXPECT_NEAR(expected.median, 1, 5 * 1.25 / 8 * std::sqrt(2 / n_freedom));
  EXPECT_EQ(expected.factor, 1);  // nine in ten are below 1.49, and noise is believed up to 2.7
}

TEST(ExpectedResidual, WhatAllVoxelsLeaveIsNoReasonForFurtherStarts) {
  const auto fits_after = [&](bool is_expected) {
    Fitter fitter = short_fitter(known_noise());
    if (is_expected) {
      const ExpectedResidual expected = fitter.expect_residual_of(data_of(64, 4, 63), 1);
      EXPECT_NEAR(expected.median, 16, 16 * 5 * 1.25 / 8 * std::sqrt(2 / n_freedom));
      EXPECT_GT(expected.factor, 4);  // 16 * 1.49 / 2.7 = 8.8
    }
    return fitter.fit(data_of(12, 4, 65));
  };
  const auto told = fits_after(true), not_told = fits_after(false);
  std::size_t n_told = 0, n_not_told = 0;
  for (std::size_t v = 0; v < told.size(); ++v) {
    n_told += told[v].n_simulated;
    n_not_told += not_told[v].n_simulated;
    EXPECT_LT(told[v].residual_norm, 1.001 * not_told[v].residual_norm) << "voxel " << v;
  }
  EXPECT_LT(1.5 * static_cast<double>(n_told), static_cast<double>(n_not_told));
}

TEST(ExpectedResidual, NothingIsExpectedWithoutNoiseOrOfAFewVoxels) {
  Fitter without_sigma = short_fitter(settings_of(T1Model::apparent));
  EXPECT_EQ(without_sigma.expect_residual_of(data_of(64, 4, 67), 1).factor, 1);
  Fitter fitter = short_fitter(known_noise());
  Eigen::MatrixXcd data = data_of(Fitter::least_sample, 4, 69);
  EXPECT_GT(fitter.expect_residual_of(data, 1).factor, 1);
  data.col(3).setZero();  // has no estimate
  EXPECT_EQ(fitter.expect_residual_of(data, 1).factor, 1);
}

}  // namespace
}  // namespace crbrt::tests
