// SPDX-License-Identifier: Apache-2.0
// Forward models from configuration to file: what a training ends in, and what it goes on from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/trainer/forward_fixture.h"
#include "tests/trainer/training_fixture.h"

namespace crbrt::trainer {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(TrainedForward, LearnsAndTheRuntimeIsAsFarOffAsTheTraining) {
  const ForwardTraining training;
  const TrainedForward trained = training.run();
  ASSERT_TRUE(trained.finished);
  ASSERT_EQ(trained.errors.size(), 2u);
  EXPECT_EQ(trained.errors[1].name, "r2_free_hz");
  EXPECT_LT(trained.history.back().validation_loss, 0.2 * trained.history.front().validation_loss);
  EXPECT_LT(trained.errors[0].median, trained.errors[0].rms);
  EXPECT_LT(trained.errors[0].rms, trained.errors[0].q99);
  const ModelFile file = export_forward(training.config, training.set, training.data, trained);  // compares both
  EXPECT_EQ(file.forward->n_interval, 24u);
  EXPECT_TRUE(file.forward->is_mirrored);
  EXPECT_EQ(file.info.forward.test_tissues.size(), 16u * 4);
  EXPECT_NEAR(file.forward->inputs[3].maximum, std::numbers::pi / tr_s, 1e-5);
}

TEST(TrainedForward, WithoutATableHarmonicsAreFeatures) {
  std::string text = replaced(config_text(), R"("table": {"rank": 8, "intervals": 24},)", "");
  text = replaced(text, R"(, {"inputs": ["r1_apparent_hz"]})", R"(, {"inputs": ["r1_apparent_hz"]},
    {"inputs": ["omega0_rad_s"], "function": "cosine", "factor": 0.00175}, {"inputs": ["omega0_rad_s"], "function": "sine", "factor": 0.00175},
    {"inputs": ["omega0_rad_s"], "function": "cosine", "factor": 0.00525}, {"inputs": ["omega0_rad_s"], "function": "sine", "factor": 0.00525})");
  const ForwardTraining training(text);
  const TrainedForward trained = training.run();
  // Coefficients are some sixty standard deviations of the noise; a network that learns nothing leaves as many.
  EXPECT_LT(trained.residual.rms, 20);
  EXPECT_EQ(export_forward(training.config, training.set, training.data, trained).forward->n_interval, 0u);
}

TEST(TrainedForward, AnInterruptedRunEndsInTheSameBits) {
  ForwardTraining training(config_text("6"));
  const TrainedForward straight = training.run();
  training.options.checkpoint_path = tests::temporary_path("checkpoint.pt");
  std::size_t n_epoch = 0;
  training.options.stop_requested = [&] { return ++n_epoch == 3; };
  EXPECT_FALSE(training.run().finished);
  training.options.stop_requested = nullptr;
  training.options.resume = true;
  const TrainedForward resumed = training.run();
  EXPECT_TRUE(resumed.finished);
  EXPECT_EQ(resumed.part.table, straight.part.table);
  for (std::size_t i = 0; i < straight.part.network.operations.size(); ++i)
    EXPECT_EQ(resumed.part.network.operations[i].weights, straight.part.network.operations[i].weights) << i;
  ASSERT_EQ(resumed.history.size(), straight.history.size());
  EXPECT_EQ(resumed.history.back().validation_loss, straight.history.back().validation_loss);
}

TEST(TrainedForward, ACheckpointOfAnotherRunIsRefused) {
  ForwardTraining training(config_text("2"));
  training.options.checkpoint_path = tests::temporary_path("checkpoint.pt");
  training.run();
  ForwardTraining other(replaced(config_text("2"), "\"seed\": 4", "\"seed\": 5"));
  other.options = training.options;
  other.options.resume = true;
  EXPECT_THROW(other.run(), base::DisagreementError);
}

TEST(TrainedForward, TheWeightsOfAnotherRunMayBeTheFirst) {
  ForwardTraining first(config_text("6"));
  first.options.checkpoint_path = tests::temporary_path("checkpoint.pt");
  const TrainedForward before = first.run();
  ForwardTraining second(config_text("1"));
  second.options.table = first.options.table;
  second.options.start_path = first.options.checkpoint_path;
  EXPECT_LT(second.run().history.front().validation_loss, 4 * before.history.back().validation_loss);
  ForwardTraining other(replaced(config_text("1"), "[24, 24]", "[24, 25]"));
  other.options.start_path = first.options.checkpoint_path;
  EXPECT_THROW(other.run(), base::DisagreementError);
  ForwardTraining another(replaced(config_text("1"), "\"offset\": 10", "\"offset\": 11"));
  another.options.start_path = first.options.checkpoint_path;
  EXPECT_THROW(another.run(), base::DisagreementError);
}

TEST(TrainedForward, ARateThatThrowsTheWeightsAwayIsToldApart) {
  ForwardTraining training(replaced(config_text("2"), "\"learning_rate\": 0.003", "\"learning_rate\": 1e6"));
  try {
    training.run();
    ADD_FAILURE() << "no error";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::exit_diverged);
    EXPECT_THAT(error.what(), HasSubstr("the training diverged"));
  }
}

}  // namespace
}  // namespace crbrt::trainer
