// SPDX-License-Identifier: Apache-2.0
// The training loop: interrupted runs end in the same bits, and a tiny problem is learned.
#include "trainer/train.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>

#include "base/error.h"
#include "tests/trainer/training_fixture.h"

namespace crbrt::trainer {
namespace {

using testing::HasSubstr;

struct Problem {
  physics::Dataset dataset = tests::small_dataset(400);
  Config config;
  TrainingData data;

  explicit Problem(const Config& c) : config(c), data(prepare_data(dataset, c, "data")) {}
};

Config config_with(Normalization normalization) {
  Config config = tests::small_config();
  config.network.normalization = normalization;
  config.network.n_group = normalization == Normalization::group ? 4 : 0;
  return config;
}

void expect_equal_bits(const TrainedNetwork& a, const TrainedNetwork& b) {
  ASSERT_EQ(a.operations.size(), b.operations.size());
  for (std::size_t i = 0; i < a.operations.size(); ++i) {
    EXPECT_EQ(a.operations[i].weights, b.operations[i].weights) << i;
    EXPECT_EQ(a.operations[i].bias, b.operations[i].bias) << i;
    EXPECT_EQ(a.operations[i].mean, b.operations[i].mean) << i;
    EXPECT_EQ(a.operations[i].variance, b.operations[i].variance) << i;
  }
  EXPECT_EQ(a.check.estimates, b.check.estimates);
  EXPECT_EQ(a.crb_loss, b.crb_loss);
  ASSERT_EQ(a.history.size(), b.history.size());
  for (std::size_t i = 0; i < a.history.size(); ++i) {
    EXPECT_EQ(a.history[i].training_loss, b.history[i].training_loss);
    EXPECT_EQ(a.history[i].validation_per_output, b.history[i].validation_per_output);
  }
}

/// Stops after two of four epochs, and goes on in what might be another process.
TrainResult interrupted(const Problem& problem) {
  TrainOptions options;
  options.checkpoint_path = tests::temporary_path("checkpoint.pt");
  options.checkpoint_every_s = std::numeric_limits<double>::infinity();
  int epochs = 0;
  options.stop_requested = [&] { return ++epochs == 2; };
  const TrainResult first = train(problem.config, problem.data, options);
  EXPECT_FALSE(first.finished);
  EXPECT_EQ(first.network.epochs, 2u);
  options.stop_requested = {};
  options.resume = true;
  return train(problem.config, problem.data, options);
}

class Resume : public testing::TestWithParam<Normalization> {};

TEST_P(Resume, GivesTheBitsOfAnUninterruptedRun) {
  const Problem problem(config_with(GetParam()));
  const TrainResult whole = train(problem.config, problem.data, {});
  const TrainResult resumed = interrupted(problem);
  EXPECT_TRUE(whole.finished);
  EXPECT_TRUE(resumed.finished);
  expect_equal_bits(whole.network, resumed.network);
}

INSTANTIATE_TEST_SUITE_P(Normalizations, Resume,
                         testing::Values(Normalization::none, Normalization::batch, Normalization::group));

Config config_with_everything() {
  Config config = tests::small_config();
  config.loss = LossKind::bias_reduced;
  config.bias_reduction.realisations = 3;
  config.heads = {true, true, 0.5};
  config.max_gradient_norm = 1;
  return config;
}

TEST(Train, ResumesWithHeadsAndBiasReductionInTheSameBits) {
  const Problem problem(config_with_everything());
  expect_equal_bits(train(problem.config, problem.data, {}).network, interrupted(problem).network);
}

/// Heads that send no gradient back leave the estimates alone but for the random numbers that they use up; without
/// counterexamples they use none.
TEST(Train, HeadsWithoutTrunkGradientDoNotChangeTheEstimates) {
  Problem problem(tests::small_config());
  const TrainedNetwork plain = train(problem.config, problem.data, {}).network;
  problem.config.heads = {true, false, 0};
  const TrainedNetwork with_heads = train(problem.config, problem.data, {}).network;
  EXPECT_EQ(plain.check.estimates, with_heads.check.estimates);
  EXPECT_EQ(with_heads.check.heads.size(), with_heads.check.n * 9);
  problem.config.heads.trunk_gradient = 1;
  EXPECT_NE(plain.check.estimates, train(problem.config, problem.data, {}).network.check.estimates);
}

TEST(Train, StartsFromAnotherRunsWeights) {
  Problem problem(tests::small_config());
  TrainOptions options;
  options.checkpoint_path = tests::temporary_path("first.pt");
  const TrainedNetwork first = train(problem.config, problem.data, options).network;
  problem.config.learning_rate = 1e-12;  // a run that goes nowhere shows where it started
  problem.config.text += " ";
  options = {};
  options.start_path = tests::temporary_path("first.pt");
  const TrainedNetwork second = train(problem.config, problem.data, options).network;
  for (std::size_t i = 0; i < first.operations[0].weights.size(); ++i)
    ASSERT_NEAR(first.operations[0].weights[i], second.operations[0].weights[i], 1e-9);  // 20 steps of at most 1e-12
  problem.config.seed = 4;  // another draw of held-out fingerprints, another standardisation
  Problem other(problem.config);
  EXPECT_THROW(train(other.config, other.data, options), base::DisagreementError);
}

TEST(Train, AnotherSeedGivesOtherBits) {
  Problem problem(tests::small_config());
  const TrainResult one = train(problem.config, problem.data, {});
  problem.config.seed = 4;
  const TrainResult other = train(problem.config, problem.data, {});
  EXPECT_NE(one.network.operations[0].weights, other.network.operations[0].weights);
}

TEST(Train, LearnsATinyProblemDownToTheBound) {
  Config config = tests::small_config();
  config.network.hidden = {32, 32};
  config.epochs = 300;
  config.batch = 100;
  config.learning_rate = 0.01;
  config.validation.every_epochs = 100;
  const Problem problem(config);
  const TrainResult result = train(problem.config, problem.data, {});
  EXPECT_GT(result.network.history.front().validation_loss, 10 * result.network.crb_loss);
  // An efficient estimator has 1. 350 fingerprints leave some bias; 2 separates learning from its absence by far.
  EXPECT_LT(result.network.crb_loss, 2);
}

TEST(Train, MseLearnsToo) {
  Config config = tests::small_config();
  config.loss = LossKind::mse;
  config.epochs = 60;
  const Problem problem(config);
  const TrainResult result = train(problem.config, problem.data, {});
  // 1 is the variance of the targets: what the mean, which ignores the data, would reach.
  EXPECT_LT(result.network.history.back().validation_loss, 0.5);
}

TEST(Train, AnInfiniteLossIsAnErrorAndNotAModel) {
  Config config = tests::small_config();
  config.learning_rate = 1e30;
  const Problem problem(config);
  EXPECT_THROW(train(problem.config, problem.data, {}), base::Error);
}

std::string refusal_of_checkpoint(const Problem& problem, const std::string& path) {
  TrainOptions options;
  options.checkpoint_path = path;
  options.resume = true;
  try {
    train(problem.config, problem.data, options);
  } catch (const base::Error& error) {
    return std::to_string(error.code()) + " " + error.what();
  }
  return "";
}

TEST(Checkpoint, MissingCutAndForeignOnesAreRefused) {
  Problem problem(tests::small_config());
  const std::string path = tests::temporary_path("checkpoint.pt");
  EXPECT_THAT(refusal_of_checkpoint(problem, path),
              HasSubstr("3 " + path + ": expected a checkpoint to resume from, found none"));
  TrainOptions options;
  options.checkpoint_path = path;
  train(problem.config, problem.data, options);
  EXPECT_EQ(refusal_of_checkpoint(problem, path), "");
  problem.config.text += " ";
  EXPECT_THAT(refusal_of_checkpoint(problem, path), HasSubstr("4 " + path + ": expected a checkpoint of this configuration"));
  std::ifstream whole(path, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(whole), {});
  std::ofstream(path, std::ios::binary) << bytes.substr(0, bytes.size() / 2);
  EXPECT_THAT(refusal_of_checkpoint(problem, path), HasSubstr("3 " + path + ": expected a complete checkpoint"));
}

// LibTorch does not look at the checksums of its archives: a weight with another bit would be trained on.
TEST(Checkpoint, AFlippedBitIsRefused) {
  const Problem problem(tests::small_config());
  const std::string path = tests::temporary_path("flipped.pt");
  TrainOptions options;
  options.checkpoint_path = path;
  train(problem.config, problem.data, options);
  std::ifstream whole(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(whole), {});
  for (std::size_t k = 0; k < 100; ++k) {
    std::string flipped = bytes;
    const std::size_t bit = k * 8 * bytes.size() / 100 + k % 8;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    std::ofstream(path, std::ios::binary) << flipped;
    ASSERT_THAT(refusal_of_checkpoint(problem, path), HasSubstr("3 " + path + ": expected a complete checkpoint"))
        << "bit " << bit;
  }
}

}  // namespace
}  // namespace crbrt::trainer
