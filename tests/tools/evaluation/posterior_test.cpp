// SPDX-License-Identifier: Apache-2.0
// Weights of draws against the likelihood integrated by brute force over magnitude and phase.
#include "tools/evaluation/posterior.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "physics/counter_random.h"
#include "tests/tools/evaluation/linear_model.h"

namespace crbrt::evaluation {
namespace {

Eigen::VectorXcd pair(std::complex<double> first, std::complex<double> second) {
  Eigen::VectorXcd c(2);
  c << first, second;
  return c;
}

/// The definition, without what all draws share: midpoints in s, equidistant phases.
double brute_force(const Eigen::VectorXcd& f, const Eigen::VectorXcd& c, SnrRange range) {
  constexpr int n_s = 10000, n_phase = 150;
  double sum = 0;
  for (int i = 0; i < n_s; ++i) {
    const double s = range.low + (range.high - range.low) * (i + 0.5) / n_s;
    for (int p = 0; p < n_phase; ++p)
      sum += s * s * std::exp(-(c - std::polar(s, 2 * std::numbers::pi * p / n_phase) * f).squaredNorm() / 2);
  }
  return sum;
}

double weight(const Eigen::VectorXcd& f, const Eigen::VectorXcd& c, SnrRange range) {
  return log_weight(std::abs(f.dot(c)) / f.norm(), f.norm(), range);
}

// Midpoints: step^2 / 24 * (log slope)^2, with the steepest draw rising by exp(20) per unit of s (4 / 10000)^2 / 24 * 20^2 =
// 3e-6. Phases: x = s |f^H c| is at most 120, and n of them miss exp(-n^2 / (2 x)) of the integral, 2e-41.
constexpr double tolerance = 4e-6;

TEST(Posterior, WeightsAreTheLikelihoodIntegratedOverMagnitudeAndPhase) {
  const SnrRange range{2, 6};
  const Eigen::VectorXcd f = pair({0.6, 0.2}, {-0.3, 0.5}), g = pair({0.9, -0.4}, {0.2, 0.7}), small = 0.2 * f, large = 3 * g;
  for (const double s : {2.1, 4.0, 5.9}) {
    const Eigen::VectorXcd c = std::polar(s, 0.7) * f + pair({0.7, -0.5}, {0.3, 1.1});
    const double reference = brute_force(f, c, range);
    for (const auto& draw : {g, small, large})  // the most likely s of the last two lies above and below the range
      EXPECT_NEAR(std::exp(weight(draw, c, range) - weight(f, c, range)) * reference / brute_force(draw, c, range), 1,
                  tolerance);
  }
}

TEST(Posterior, TheMeanOfThreeDrawsIsTheOneByHand) {
  const SnrRange range{2, 6};
  physics::Dataset set = equal_fingerprints(4, {0.6, 0.2}, {-0.3, 0.5}, 0.1, 2);
  set.coefficients.col(1) << std::complex<double>(0.7, 0.3), std::complex<double>(-0.2, 0.4);
  set.coefficients.col(3) << std::complex<double>(0.5, 0.1), std::complex<double>(-0.1, 0.6);
  set.tissues[1].m0_semi_frac = 0.2;
  set.tissues[3].m0_semi_frac = 0.4;
  set.crb.col(1).setConstant(0.5);
  set.crb.col(2).setConstant(std::numeric_limits<double>::infinity());  // left out
  const LinearModel model("m0_semi_frac", 0, {0}, false);
  const PriorDraws draws(set, targets_of(model.program, set, set.size(), "linear"), range);
  ASSERT_EQ(draws.size(), 3u);

  const Eigen::VectorXcd c = pair({2.1, 1.4}, {-1.9, 2.6});
  Eigen::MatrixXf voxel(4, 1);
  voxel << 2.1f, -1.9f, 1.4f, 2.6f;
  double sum = 0, square = 0, value = 0;
  for (const Eigen::Index k : {0, 1, 3}) {
    const double w = brute_force(set.coefficients.col(k), c, range) / set.crb(0, k);
    sum += w;
    square += w * w;
    value += w * set.tissues[static_cast<std::size_t>(k)].m0_semi_frac;
  }
  const WeightedSums sums = draws.sums(voxel, 0, 3).front();
  // The voxel in float: 3e-8 of an exponent's slope of 10, below the tolerance of the weights.
  EXPECT_NEAR(sums.estimate()[0], value / sum, tolerance);
  EXPECT_NEAR(sums.effective_draws()[0], sum * sum / square, 3 * 2 * tolerance);
}

TEST(Posterior, PartsOfTheDrawsAddUpToAllOfThem) {
  physics::Dataset set = equal_fingerprints(5000, 1, 0, 0, 1);
  physics::CounterRandom random(3, physics::Stream::evaluation_noise, 0);
  for (Eigen::Index k = 0; k < 5000; ++k) {
    set.tissues[static_cast<std::size_t>(k)].m0_semi_frac = random.uniform();
    set.coefficients(1, k) = {0, set.tissues[static_cast<std::size_t>(k)].m0_semi_frac};
  }
  const LinearModel model("m0_semi_frac", 0, {0}, false);
  const PriorDraws draws(set, targets_of(model.program, set, set.size(), "linear"), {10, 100});
  Eigen::MatrixXf voxels(4, 2);
  voxels << 30, 70, 0, 0, 0, 0, 10, 60;
  const auto all = draws.sums(voxels, 0, 5000), second = draws.sums(voxels, 3000, 5000);
  auto parts = draws.sums(voxels, 0, 3000);
  for (std::size_t v = 0; v < 2; ++v) {
    parts[v].merge(second[v]);
    // What is cut off differs: at most 5000 exp(-25) = 7e-8 of the best weight.
    EXPECT_NEAR(parts[v].estimate()[0], all[v].estimate()[0], 1e-7);
    EXPECT_NEAR(parts[v].effective_draws()[0] / all[v].effective_draws()[0], 1, 3e-7);
    EXPECT_NEAR(all[v].estimate()[0], v == 0 ? 1 / 3.0 : 6 / 7.0, 0.01);  // the posterior is 1 / 30 and 1 / 70 wide
  }
}

}  // namespace
}  // namespace crbrt::evaluation
