// SPDX-License-Identifier: Apache-2.0
// What a forward training reads: configuration and data, and the directions that errors are counted along.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/QR>

#include "base/error.h"
#include "tests/trainer/forward_fixture.h"
#include "tests/trainer/training_fixture.h"

namespace crbrt::trainer {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// The projection is that of the bound: noise of 1 / SNR 100 in every part makes p a standard normal number.
TEST(ForwardData, DirectionsAreOfUnitLengthAndKeepTheBound) {
  const ForwardTraining training;
  const ForwardSamples& s = training.data.training;
  const std::size_t n_part = 2 * n_coeff;
  for (std::size_t i = 0; i < 20; ++i)
    for (std::size_t w = 0; w < 2; ++w) {
      const float* const u = &s.directions[(i * 2 + w) * n_part];
      double squares = 0, with_signal = 0, with_turned = 0;
      for (std::size_t j = 0; j < n_part; ++j) {
        const std::size_t other = (j + n_coeff) % n_part;
        squares += u[j] * u[j];
        with_signal += u[j] * s.targets[i * n_part + j];
        with_turned += (j < n_coeff ? -1 : 1) * u[j] * s.targets[i * n_part + other];
      }
      // M0 is another unknown: an error along the signal, or along i times it, is none of the wanted ones. Rounding of ten
      // products of numbers up to 300, and of bounds with condition numbers up to 1e3.
      EXPECT_NEAR(squares, 1, 1e-5);
      EXPECT_NEAR(with_signal, 0, 0.02);
      EXPECT_NEAR(with_turned, 0, 0.02);
    }
}

TEST(ForwardData, WhatTheSetLacksIsNamed) {
  const auto refusal = [](const std::string& text, physics::Dataset set) -> std::string {
    const ForwardConfig config = config_of(text);
    try {
      prepare_forward_data(set, config, "set.h5");
    } catch (const base::DisagreementError& error) {
      return error.what();
    }
    return "";
  };
  const physics::Dataset set = made_up_set(300, 1);
  EXPECT_EQ(refusal(config_text(), set), "");
  EXPECT_THAT(
      refusal(replaced(config_text(), "\"r2_free_hz\"],\n", "\"exchange_hz\"],\n"), set),
      AllOf(HasSubstr("set.h5"), HasSubstr("the unknown exchange_hz"), HasSubstr("found m0_semi_frac, r1_apparent_hz")));
  EXPECT_THAT(refusal(replaced(config_text(), "[\"r1_apparent_hz\"]", "[\"omega0_rad_s\"]"), set),
              HasSubstr("no feature of omega0_rad_s beside a table"));
  physics::Dataset complex = set;
  complex.basis =
      physics::Basis(Eigen::MatrixXcd(Eigen::MatrixXcd::Identity(n_coeff + 3, n_coeff) * std::complex<double>(0, 1)));
  EXPECT_THAT(refusal(config_text(), complex), HasSubstr("a real basis for a table"));
}

TEST(ForwardConfig, WrongKeysAndValuesAreRefused) {
  const auto refusal = [](const std::string& from, const std::string& to) -> std::string {
    try {
      config_of(replaced(config_text(), from, to));
    } catch (const base::InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(refusal("\"root_silu\"", "\"relu\""), HasSubstr("root_silu"));
  EXPECT_THAT(refusal("\"soap\"", "\"adam\""), HasSubstr("soap"));
  EXPECT_THAT(refusal("\"saturation\", \"offset\": 10", "\"saturation\""), HasSubstr("offset"));
  EXPECT_THAT(refusal("\"rank\": 8", "\"rank\": 0"), HasSubstr("rank"));
  EXPECT_THAT(refusal("\"residual_weight\"", "\"residual_wait\""), HasSubstr("residual_weight"));
  EXPECT_THAT(refusal("[\"m0_semi_frac\", \"r2_free_hz\"]", "[]"), HasSubstr("at least one unknown"));
}

}  // namespace
}  // namespace crbrt::trainer
