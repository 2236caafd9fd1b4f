// SPDX-License-Identifier: Apache-2.0
// Configurations: everything that is wrong is refused with the place, and schedules are what they say.
#include "trainer/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/trainer/training_fixture.h"
#include "trainer/loss.h"

namespace crbrt::trainer {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string replaced(const std::string& from, const std::string& to) {
  std::string text = tests::valid_config_text();
  const auto position = text.find(from);
  EXPECT_NE(position, std::string::npos) << from;
  return text.replace(position, from.size(), to);
}

TEST(Config, AcceptsTheValidText) {
  const Config config = tests::small_config();
  EXPECT_EQ(config.network.hidden, (std::vector<std::size_t>{16, 16}));
  ASSERT_EQ(config.network.skips.size(), 1u);
  EXPECT_EQ(config.network.skips[0].from, 0u);
  EXPECT_EQ(config.network.skips[0].to, 1u);
  EXPECT_EQ(config.outputs.size(), 3u);
  EXPECT_EQ(config.text, tests::valid_config_text());
}

TEST(Config, ShippedModelsAreAccepted) {
  for (const char* name :
       {"v3p2_tiny", "v3p2_lean", "v3p2_full", "v3p2_tiny_unbiased", "v3p2_lean_unbiased", "v3p2_full_unbiased", "brain_v1",
        "brain_v2", "brain_v2_unbiased", "brain_v2_full", "brain_v2_full_unbiased", "invivo6", "invivo6_crb"}) {
    const Config config = read_config(std::string(CRBRT_SOURCE_DIR) + "/models/" + name + "/config.json");
    EXPECT_EQ(config.name, name);
  }
}

TEST(Config, RefusesAnUnknownKeyAtEveryLevel) {
  EXPECT_THAT(tests::refusal(replaced("\"loss\"", "\"lss\": 1, \"loss\"")), HasSubstr("lss"));
  EXPECT_THAT(tests::refusal(replaced("\"hidden\"", "\"hiden\": 1, \"hidden\"")),
              AllOf(HasSubstr("network"), HasSubstr("hiden")));
  EXPECT_THAT(tests::refusal(replaced("\"batch\"", "\"bach\": 1, \"batch\"")), AllOf(HasSubstr("training"), HasSubstr("bach")));
  EXPECT_THAT(tests::refusal(replaced("\"from\"", "\"form\": 1, \"from\"")), AllOf(HasSubstr("skips[0]"), HasSubstr("form")));
  EXPECT_THAT(tests::refusal(replaced("\"learning_rate\"", "\"beta\": 1, \"learning_rate\"")), HasSubstr("beta"));
  EXPECT_THAT(tests::refusal(replaced("\"cosine\"", "\"cosine\", \"every\": 3")), HasSubstr("every"));
}

TEST(Config, ReadsWhichCoefficientConjugates) {
  EXPECT_EQ(tests::small_config().preprocessing.conjugate_reference, -1);  // none, as for configurations from before
  const auto with = [](const char* number) {
    return replaced("\"phase_reference\": 0", std::string("\"phase_reference\": 0, \"conjugate_reference\": ") + number);
  };
  EXPECT_EQ(tests::config_of(with("2")).preprocessing.conjugate_reference, 2);
  EXPECT_EQ(tests::config_of(with("-1")).preprocessing.conjugate_reference, -1);
  EXPECT_THAT(tests::refusal(with("0")), AllOf(HasSubstr("conjugate_reference"), HasSubstr("another coefficient")));
  EXPECT_THAT(tests::refusal(with("-2")), HasSubstr("conjugate_reference"));
  EXPECT_TRUE(tests::config_of(with("\"strongest\"")).preprocessing.conjugates_by_strongest);
  EXPECT_THAT(tests::refusal(with("\"weakest\"")), HasSubstr("strongest"));
  EXPECT_THAT(
      tests::refusal(replaced("\"phase_reference\": 0", "\"phase_reference\": -1, \"conjugate_reference\": \"strongest\"")),
      HasSubstr("phase_reference"));
}

TEST(Config, ReadsBiasReductionAndHeads) {
  const Config config = tests::config_of(
      replaced("\"loss\": \"crb\"",
               "\"loss\": \"bias_reduced\", \"bias_reduced\": {\"realisations\": 6, \"variance_weight\": 0.5}, "
               "\"heads\": {\"uncertainty\": true, \"trunk_gradient\": 0.1}"));
  EXPECT_EQ(realisations(config), 6u);
  EXPECT_EQ(config.bias_reduction.variance_weight, 0.5);
  EXPECT_EQ(config.bias_reduction.variance_limit, 1);
  EXPECT_TRUE(config.heads.uncertainty);
  EXPECT_FALSE(config.heads.atypicality);
  EXPECT_EQ(realisations(tests::small_config()), 1u);
}

TEST(Config, RefusesBiasReductionWithAnotherLossAndSingleRealisations) {
  EXPECT_THAT(tests::refusal(replaced("\"loss\": \"crb\"", "\"loss\": \"crb\", \"bias_reduced\": {}")),
              HasSubstr("bias_reduced"));
  EXPECT_THAT(
      tests::refusal(replaced("\"loss\": \"crb\"", "\"loss\": \"bias_reduced\", \"bias_reduced\": {\"realisations\": 1}")),
      HasSubstr("realisations"));
}

TEST(Config, RefusesAnUnknownQuantity) {
  EXPECT_THAT(tests::refusal(replaced("t2_free_s", "t2*")), AllOf(HasSubstr("outputs[2].name"), HasSubstr("letters, digits")));
}

TEST(Config, RefusesASkipBetweenLayersOfUnequalWidth) {
  EXPECT_THAT(tests::refusal(replaced("[16, 16]", "[16, 24]")), AllOf(HasSubstr("equal width"), HasSubstr("16 and 24")));
}

TEST(Config, RefusesASkipBackwardsOrFromNowhere) {
  EXPECT_THAT(tests::refusal(replaced("\"from\": \"hidden1\"", "\"from\": \"hidden2\"")), HasSubstr("earlier"));
  EXPECT_THAT(tests::refusal(replaced("\"from\": \"hidden1\"", "\"from\": \"hidden7\"")), HasSubstr("hidden7"));
}

TEST(Config, RefusesGroupsThatDoNotDivideAWidth) {
  EXPECT_THAT(tests::refusal(replaced("\"none\"", "\"group\", \"n_group\": 5")), HasSubstr("divisor"));
  EXPECT_EQ(tests::refusal(replaced("\"none\"", "\"group\", \"n_group\": 4")), "");
  EXPECT_THAT(tests::refusal(replaced("\"none\"", "\"batch\", \"n_group\": 4")), HasSubstr("n_group"));
}

TEST(Config, RefusesNumbersOutOfRange) {
  EXPECT_THAT(tests::refusal(replaced("\"batch\": 64", "\"batch\": 0")), HasSubstr("batch"));
  EXPECT_THAT(tests::refusal(replaced("\"batch\": 64", "\"batch\": 6.5")), HasSubstr("integer"));
  EXPECT_THAT(tests::refusal(replaced("\"batch\": 64", "\"batch\": -64")), HasSubstr("batch"));
  EXPECT_THAT(tests::refusal(replaced("\"batch\": 64", "\"batch\": \"64\"")), HasSubstr("number"));
  EXPECT_THAT(tests::refusal(replaced("\"seed\": 3", "\"seed\": 3, \"snr_min\": 20, \"snr_max\": 10")), HasSubstr("snr_max"));
  EXPECT_THAT(tests::refusal(replaced("0.003", "0")), HasSubstr("learning_rate"));
  EXPECT_THAT(tests::refusal(replaced("\"maximum\": 5", "\"maximum\": 0")), HasSubstr("minimum below the maximum"));
}

TEST(Config, RefusesANameThatAModelCannotHave) {
  EXPECT_THAT(tests::refusal(replaced("small", "two words")), AllOf(HasSubstr("name"), HasSubstr("letters")));
  EXPECT_THAT(tests::refusal(replaced("small", "")), HasSubstr("letters"));
}

TEST(Config, RefusesADoubledOutputAndAMissingKey) {
  EXPECT_THAT(tests::refusal(replaced("t2_free_s", "m0_semi_frac")), HasSubstr("once"));
  EXPECT_THAT(tests::refusal(replaced("\"seed\": 3", "\"seed\": 3.5")), HasSubstr("seed"));
  EXPECT_THAT(tests::refusal(replaced(", \"epochs\": 4", "")), HasSubstr("epochs"));
}

Config scheduled(const Schedule& schedule) {
  Config config;
  config.learning_rate = 0.01;
  config.epochs = 100;
  config.schedule = schedule;
  return config;
}

TEST(Schedule, StepHalvesAtItsEpochsAndNotBefore) {
  const Config config = scheduled({ScheduleKind::step, 40, 0.5, 0});
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 0), 0.01);
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 39.99), 0.01);
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 40), 0.005);
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 80), 0.0025);
}

TEST(Schedule, CosineFallsFromFullToZeroThroughHalf) {
  const Config config = scheduled({ScheduleKind::cosine, 0, 1, 0});
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 0), 0.01);
  EXPECT_NEAR(learning_rate_at(config, 50), 0.005, 1e-17);  // cos(pi / 2) rounds to 6e-17
  EXPECT_NEAR(learning_rate_at(config, 100), 0, 1e-17);
}

TEST(Schedule, WarmupRisesLinearlyAndTheCosineStartsAfterIt) {
  const Config config = scheduled({ScheduleKind::cosine, 0, 1, 10});
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 0), 0);
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 5), 0.005);
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 10), 0.01);
  EXPECT_NEAR(learning_rate_at(config, 55), 0.005, 1e-17);
}

}  // namespace
}  // namespace crbrt::trainer
