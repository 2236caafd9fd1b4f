// SPDX-License-Identifier: Apache-2.0
// The formula keeps every limit, whatever the shape asks for.
#include "tools/design/shape.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "physics/counter_random.h"

namespace crbrt::design {
namespace {

Shape shape(std::vector<double> alpha_rad, std::vector<double> trf_s) {
  return {.name = "test", .tr_s = 3.5e-3, .n_pulse = 1142, .alpha_rad = std::move(alpha_rad), .trf_s = std::move(trf_s)};
}

TEST(DesignShape, RandomShapesWithinTheirIntervalsObeyEveryLimit) {
  const Limits limits;
  for (std::uint64_t i = 0; i < 50; ++i) {
    physics::CounterRandom random(1, physics::Stream::start, i);
    Shape random_shape = shape(std::vector<double>(20), std::vector<double>(10));
    for (double& alpha : random_shape.alpha_rad) alpha = limits.alpha_max_rad * random.uniform();
    for (double& trf : random_shape.trf_s) trf = limits.trf_min_s + (limits.trf_max_s - limits.trf_min_s) * random.uniform();
    EXPECT_EQ(why_over_limit(expand(random_shape, limits, Durations::whole_microseconds), limits), "") << "shape " << i;
    EXPECT_EQ(why_over_limit(expand(random_shape, limits, Durations::continuous), limits), "") << "shape " << i;
  }
}

TEST(DesignShape, AConstantShapeIsAConstantTrain) {
  const Limits limits;
  const auto sequence = expand(shape({0.3, 0.3, 0.3, 0.3}, {3e-4, 3e-4, 3e-4, 3e-4}), limits, Durations::continuous);
  const auto& cycle = sequence.cycles.front();
  ASSERT_EQ(cycle.alpha_rad.size(), 1142u);
  EXPECT_EQ(cycle.alpha_rad[0], std::numbers::pi);
  EXPECT_EQ(cycle.trf_s[0], 500e-6);
  // 0.3 rad in 300 us is far from every limit: (energy / budget)^8 / 16 is 1e-5 and (0.3 / w1_max)^8 1e-7 of T^8.
  for (std::size_t k = 1; k < 1142; ++k) {
    EXPECT_NEAR(cycle.alpha_rad[k], 0.3, 0.3 * 1e-5);
    EXPECT_NEAR(cycle.trf_s[k], 3e-4, 3e-4 * 1e-7);
  }
}

TEST(DesignShape, MuchTooMuchEnergyIsScaledToTheBudget) {
  const Limits limits;
  const auto sequence = expand(shape({2, 2, 2, 2}, {5e-4, 5e-4, 5e-4, 5e-4}), limits, Durations::continuous);
  const auto load = physics::rf_load(sequence);
  const double b1_rms_energy = std::pow(267.52218744 * limits.b1_rms_ut, 2) * 1142 * 3.5e-3;
  // Seven times too much: the smooth minimum is below the sharp one by 7^-8 / 16.
  EXPECT_NEAR(load.energy_rad2_per_s, std::min(limits.energy_rad2_per_s, b1_rms_energy), 1e-7 * limits.energy_rad2_per_s);
}

TEST(DesignShape, ExactlyTheBudgetIsLoweredByTheSmoothMinimum) {
  Limits limits;
  limits.b1_rms_ut = 10;
  const double inversion = std::numbers::pi * std::numbers::pi / 500e-6;
  limits.energy_rad2_per_s = inversion + 1141 * 0.3 * 0.3 / 5e-4;
  const auto sequence = expand(shape({0.3, 0.3, 0.3, 0.3}, {5e-4, 5e-4, 5e-4, 5e-4}), limits, Durations::continuous);
  EXPECT_NEAR(sequence.cycles[0].alpha_rad[500], 0.3 * std::pow(2.0, -1.0 / 16), 1e-7);
}

TEST(DesignShape, EveryLimitIsNoticed) {
  const Limits limits;
  auto sequence = expand(shape({0.3, 0.3, 0.3, 0.3}, {3e-4, 3e-4, 3e-4, 3e-4}), limits, Durations::continuous);
  ASSERT_EQ(why_over_limit(sequence, limits), "");
  const auto why = [&](std::size_t pulse, double alpha_rad, double trf_s) {
    auto changed = sequence;
    changed.cycles[0].alpha_rad[pulse] = alpha_rad;
    changed.cycles[0].trf_s[pulse] = trf_s;
    return why_over_limit(changed, limits);
  };
  EXPECT_NE(why(5, 2.21, 5e-4).find("alpha_rad <="), std::string::npos);
  EXPECT_NE(why(5, -0.01, 5e-4).find("alpha_rad >="), std::string::npos);
  EXPECT_NE(why(0, 3.2, 5e-4).find("alpha_rad <="), std::string::npos);
  EXPECT_NE(why(5, 0.1, 0.9e-4).find("trf_s >="), std::string::npos);
  EXPECT_NE(why(5, 0.1, 5.1e-4).find("trf_s <="), std::string::npos);
  EXPECT_NE(why(5, 0.7, 1e-4).find("B1 peak"), std::string::npos);
  for (double& alpha : sequence.cycles[0].alpha_rad) alpha = std::max(alpha, 0.6);
  EXPECT_NE(why_over_limit(sequence, limits).find("RF energy"), std::string::npos);
}

}  // namespace
}  // namespace crbrt::design
