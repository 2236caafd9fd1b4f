// SPDX-License-Identifier: Apache-2.0
// A forward part as a forward model of fits: the numbers of the runtime, in the parameters' places.
#include "tools/learned/learned_model.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/forward_models.h"

namespace crbrt::tests {
namespace {

using physics::Parameter;
using physics::Tissue;

Model both() {
  ModelFile file = load_file(plain_spec());
  EXPECT_EQ(add_forward(forward_alone(file, PhaseForm::table), file).status, Status::ok);
  const std::vector<std::uint8_t> bytes = crbm_image(file);
  Model model;
  EXPECT_EQ(load_model({bytes.data(), bytes.size()}, model).status, Status::ok);
  return model;
}

TEST(LearnedModel, GivesTheRuntimesNumbersInThePlacesOfTheParameters) {
  const Model model = both();
  const learned::LearnedModel forward(model, "both.crbm");
  EXPECT_EQ(forward.unknowns().names(), (std::vector<std::string>{"m0_semi_frac", "r2_free_hz", "omega0_rad_s"}));
  EXPECT_EQ(forward.n_lane(), 12u);
  std::vector<Tissue> tissues;
  for (int i = 0; i < 20; ++i) tissues.push_back({0.01 * (i + 1), 1, 5.0 + i, 20, 1, 1e-5, 70.0 * i - 600, 1});
  physics::Signals coefficients, jacobian, alone, jacobian_alone;
  forward.evaluate(tissues, coefficients, jacobian);
  ASSERT_EQ(coefficients.cols(), 20);
  ASSERT_EQ(jacobian.cols(), 20 * static_cast<Eigen::Index>(physics::n_parameter));
  std::vector<double> inputs;
  for (const Tissue& t : tissues) inputs.insert(inputs.end(), {t.m0_semi_frac, t.r2_free_hz, t.omega0_rad_s});
  const std::vector<float> expected = coefficients_of(*model.forward_program(), inputs, Isa::automatic);
  for (Eigen::Index v = 0; v < 20; ++v) {
    for (Eigen::Index c = 0; c < 4; ++c) {
      EXPECT_EQ(coefficients(c, v).real(), expected[static_cast<std::size_t>(v * 8 + c)]);
      EXPECT_EQ(coefficients(c, v).imag(), expected[static_cast<std::size_t>(v * 8 + 4 + c)]);
    }
    forward.evaluate({&tissues[static_cast<std::size_t>(v)], 1}, alone, jacobian_alone);
    EXPECT_EQ(alone.col(0), coefficients.col(v));
    EXPECT_EQ(jacobian_alone, jacobian.middleCols(v * jacobian_alone.cols(), jacobian_alone.cols()));
  }
  physics::Signals values_alone;
  forward.evaluate(tissues, values_alone);
  EXPECT_EQ(values_alone, coefficients);
  const auto column = [&](Parameter p) { return jacobian.col(static_cast<Eigen::Index>(p)).norm(); };
  EXPECT_GT(column(Parameter::m0_semi_frac), 0);
  EXPECT_GT(column(Parameter::r2_free_hz), 0);
  EXPECT_GT(column(Parameter::omega0_rad_s), 0);
  for (const Parameter known : {Parameter::r1_free_hz, Parameter::exchange_hz, Parameter::r1_semi_hz, Parameter::b1_rel})
    EXPECT_EQ(column(known), 0);
}

TEST(LearnedModel, AModelWithoutForwardPartSaysHowItGetsOne) {
  const Model model = load(plain_spec());
  try {
    const learned::LearnedModel forward(model, "plain.crbm");
    ADD_FAILURE() << "no error";
  } catch (const base::DisagreementError& error) {
    EXPECT_EQ(std::string(error.what()).rfind("plain.crbm: expected a forward part (crbrt-train", 0), 0u) << error.what();
  }
}

}  // namespace
}  // namespace crbrt::tests
