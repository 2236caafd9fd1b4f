// SPDX-License-Identifier: Apache-2.0
// The table of functions of off-resonance: from a set of phases, and in a training's head.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/QR>

#include "base/error.h"
#include "tests/trainer/forward_fixture.h"
#include "tests/trainer/training_fixture.h"
#include "trainer/forward/phase_head.h"

namespace crbrt::trainer {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// The set has only eight functions of the off-resonance: splines of its eight leading vectors give every tissue.
TEST(PhaseBasis, SplinesOfTheLeadingFunctionsGiveTheTissues) {
  const physics::Dataset training = made_up_set(10, 1), phases = phase_set(40);
  const ForwardConfig config = config_of(replaced(config_text(), "\"intervals\": 24", "\"intervals\": 200"));
  const std::vector<float> table = table_of(phases, training, config);
  ASSERT_EQ(table.size(), 203u * 2 * n_coeff * 8);
  // Least squares of the factors of a tissue at 16 places, then its residual there.
  const std::size_t n_part = 2 * n_coeff;
  Eigen::MatrixXd functions(16 * static_cast<Eigen::Index>(n_part), 8);
  Eigen::VectorXd values(functions.rows());
  for (std::size_t m = 0; m < 16; ++m) {
    const auto place = static_cast<float>((static_cast<double>(m) + 0.5) / 16 * 200);
    for (std::size_t r = 0; r < 8; ++r) {
      std::vector<float> latent(8, 0.0f), targets(n_part, 0.0f), directions(n_part, 0.0f), space, residual(1);
      latent[r] = 1;
      // The error beside targets of 0 is the function itself; directions pick its parts.
      for (std::size_t j = 0; j < n_part; ++j) {
        std::fill(directions.begin(), directions.end(), 0.0f);
        directions[j] = 1;
        float picked = 0;
        HeadResults results{.projected = &picked};
        run_head({n_part, 8, 1, 200, 0}, {1, table.data(), &place, latent.data(), targets.data(), directions.data()}, results,
                 space);
        functions(static_cast<Eigen::Index>(m * n_part + j), static_cast<Eigen::Index>(r)) = picked;
      }
    }
    for (std::size_t j = 0; j < n_part; ++j) {
      const auto c = phases.coefficients(static_cast<Eigen::Index>(j % n_coeff), static_cast<Eigen::Index>(m));
      values[static_cast<Eigen::Index>(m * n_part + j)] = forward_snr * (j < n_coeff ? c.real() : c.imag());
    }
  }
  const Eigen::VectorXd factors = functions.householderQr().solve(values);
  // Splines of 200 intervals are off by (4.5 pi / 200)^4 / 720 of a harmonic of 4.5, less than single precision leaves of
  // values up to 300.
  EXPECT_LT((functions * factors - values).cwiseAbs().maxCoeff(), 300 * 1e-4);
}

TEST(PhaseBasis, SetsThatAreNoneAreRefused) {
  const physics::Dataset training = made_up_set(10, 1);
  const ForwardConfig config = config_of(config_text());
  const auto refusal = [&](const physics::Dataset& set) -> std::string {
    try {
      table_of(set, training, config);
    } catch (const base::DisagreementError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(refusal(phase_set(5)), AllOf(HasSubstr("at least 8 tissues"), HasSubstr("found 5")));
  EXPECT_THAT(refusal(made_up_set(50, 2)), HasSubstr("crbrt-simulate --off-resonances"));
  physics::Dataset other = phase_set(40);
  other.sequence_sha256 = std::string(64, 'b');
  EXPECT_THAT(refusal(other), HasSubstr("the sequence of the training set"));
}

// Central differences of the loss, which is quadratic in the latent factors and their derivatives: exact but for rounding of
// 1e-7 of the loss over twice the step.
TEST(PhaseHead, GradientsAreThoseOfTheLoss) {
  constexpr std::size_t n = 3, n_part = 6, n_wanted = 2, intervals = 4;
  const auto numbers = [](std::size_t size, std::uint64_t seed) {
    std::vector<float> values(size);
    physics::CounterRandom random(seed, physics::Stream::start, 0);
    for (float& x : values) x = static_cast<float>(random.normal());
    return values;
  };
  for (const bool has_table : {true, false}) {
    const std::size_t n_latent = has_table ? 19 : n_part;
    const std::vector<float> table = numbers((intervals + 3) * n_part * n_latent, 1), targets = numbers(n * n_part, 3),
                             directions = numbers(n * n_wanted * n_part, 4), place{0.3f, 3.9f, 4.0f}, weights{1, 0.25f, 3},
                             place_tangents = numbers(n, 5), target_tangents = numbers(n * n_part, 6);
    std::vector<float> latent = numbers(n * n_latent, 2), tangents = numbers(n * n_latent, 7), space;
    const HeadShape shape{n_part, n_latent, n_wanted, has_table ? intervals : 0, 0.4, 0.7, has_table ? 1.0f : 1.5f};
    const HeadBatch batch{n,
                          has_table ? table.data() : nullptr,
                          has_table ? place.data() : nullptr,
                          latent.data(),
                          targets.data(),
                          directions.data(),
                          weights.data(),
                          has_table ? place_tangents.data() : nullptr,
                          tangents.data(),
                          target_tangents.data()};
    const auto loss = [&] {
      HeadResults results;
      run_head(shape, batch, results, space);
      return results.loss;
    };
    std::vector<float> of_latent(latent.size()), of_tangents(tangents.size());
    HeadResults results{.latent_gradient = of_latent.data(), .latent_tangent_gradient = of_tangents.data()};
    run_head(shape, batch, results, space);
    const float step = 0.0625f;
    const double rounding = 20 * 1.2e-7 * results.loss / step + 1e-5;
    const auto expect_gradient = [&](std::vector<float>& values, const std::vector<float>& gradient) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        const float middle = values[i];
        values[i] = middle + step;
        const double above = loss();
        values[i] = middle - step;
        const double below = loss();
        values[i] = middle;
        EXPECT_NEAR(gradient[i], (above - below) / (2 * step), rounding + 1e-3 * std::abs(gradient[i]))
            << i << ' ' << has_table;
      }
    };
    expect_gradient(latent, of_latent);
    expect_gradient(tangents, of_tangents);
  }
}

// The slope of the splines by the place is that of central differences of their value, which are off by h^2 / 6 of the third
// derivative: at most eight times the largest control point.
TEST(PhaseHead, DerivativesByThePlaceAreThoseOfTheSplines) {
  const std::vector<float> table{1, -2, 3, 0.5f, -1, 2};  // of three intervals
  const float one = 1, none = 0, h = 0x1p-5f;
  const HeadShape shape{1, 1, 1, 3, 0, 1};
  std::vector<float> space;
  const auto value = [&](float place) {
    float picked = 0;
    HeadResults results{.projected = &picked};
    run_head(shape, {1, table.data(), &place, &one, &none, &one}, results, space);
    return picked;
  };
  for (const float place : {0.5f, 1.25f, 2.75f}) {
    const float expected = (value(place + h) - value(place - h)) / (2 * h);
    float squares = 0;
    HeadResults results{.derivative = &squares};
    run_head(shape, {1, table.data(), &place, &one, &none, &one, nullptr, &one, &none, &expected}, results, space);
    EXPECT_LT(std::sqrt(squares), h * h / 6 * 8 * 3 + 1e-4) << place;
  }
}

}  // namespace
}  // namespace crbrt::trainer
