// SPDX-License-Identifier: Apache-2.0
// Limits of numbers that are given, and those that a trained model ends with.
#include "trainer/measured_limits.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "base/error.h"
#include "crbrt/crbrt.hpp"
#include "tests/trainer/training_fixture.h"
#include "trainer/train.h"

namespace crbrt::trainer {
namespace {

TEST(StdLimits, AreHalfTheWidthOfThePriorAndAQuarterOfTheRarestPrediction) {
  std::vector<double> targets;
  std::vector<float> predicted;
  for (int i = 0; i <= 1000; ++i) {
    targets.push_back(i == 500 ? 1e6 : i == 501 ? -1e6 : i);  // one in a thousand at either end does not count
    predicted.push_back(i == 7 ? 1e-20f : 1 + static_cast<float>(i) / 1000);
  }
  const auto [least, largest] = std_limits(targets, predicted);
  EXPECT_FLOAT_EQ(largest, 500);
  EXPECT_FLOAT_EQ(least, 0.25f);
}

TEST(StdLimits, AnOutputThatDoesNotVaryHasNone) {
  const auto [least, largest] = std_limits({3, 3, 3}, {1, 2, 3});
  EXPECT_TRUE(std::isinf(largest));
  EXPECT_FLOAT_EQ(least, 0.25f);
}

// Scores that are normal around a parabola: 2.326 above it lies one in a hundred. The quantile of n numbers has the standard
// deviation sqrt(0.01 0.99 / n) / 0.0267; each of 20 groups has 1000, three terms through them leave sqrt(3 / 20) of it.
TEST(ThresholdAtNoise, OneInAHundredOfEveryLevelScoresAboveIt) {
  std::mt19937 random(4);
  std::normal_distribution<float> normal;
  std::uniform_real_distribution<float> level(-1.5f, 1.5f);
  std::vector<ScoredVoxel> voxels(20000);
  for (ScoredVoxel& v : voxels) {
    v.log_noise = level(random);
    v.score = 1 + 2 * v.log_noise + 0.5f * v.log_noise * v.log_noise + normal(random);
  }
  const std::vector<float> terms = threshold_at_noise(voxels);
  ASSERT_EQ(terms.size(), 3u);
  const double tolerance = 5 * std::sqrt(0.0099 / 1000) / 0.0267 * std::sqrt(3.0 / 20);
  for (const float l : {-1.4f, -0.7f, 0.0f, 0.7f, 1.4f})
    EXPECT_NEAR(terms[0] + l * (terms[1] + l * terms[2]), 1 + 2 * l + 0.5f * l * l + 2.326f, 2 * tolerance) << l;
  std::size_t above = 0;
  for (const ScoredVoxel& v : voxels) above += v.score > terms[0] + v.log_noise * (terms[1] + v.log_noise * terms[2]);
  EXPECT_NEAR(static_cast<double>(above), 200, 1);
}

TEST(ThresholdAtNoise, OfFewVoxelsThereIsNone) { EXPECT_TRUE(threshold_at_noise(std::vector<ScoredVoxel>(1999)).empty()); }

struct Trained {
  physics::Dataset dataset = tests::small_dataset(600);
  Config config = tests::small_config();
  std::vector<std::uint8_t> bytes;

  Trained() {
    config.heads.uncertainty = config.heads.atypicality = true;
    config.validation.count = 250;
    const TrainingData data = prepare_data(dataset, config, "data");
    bytes = export_model(config, dataset, data, train(config, data, {}).network);
  }
  ModelFile file() const {
    ModelFile file;
    EXPECT_EQ(load_network({bytes.data(), bytes.size()}, file).status, Status::ok);
    return file;
  }
};

TEST(MeasuredLimits, ATrainedModelHasThem) {
  const ModelFile file = Trained().file();
  for (const NetworkOutput& output : file.network.outputs) {
    EXPECT_GT(output.std_minimum, 0) << output.name;
    EXPECT_GT(output.std_maximum, output.scale) << output.name << ": half the width of a prior is more than its spread";
    EXPECT_LT(output.std_maximum, 4 * output.scale) << output.name;
  }
  EXPECT_EQ(file.network.atypicality->depends_on_noise, 1u);
}

TEST(MeasuredLimits, ThoseOfAFinishedModelAreAddedAndNothingElseChanges) {
  const Trained trained;
  const ModelFile before = trained.file();
  ModelFile bare = before;
  for (NetworkOutput& output : bare.network.outputs) output.std_minimum = 0, output.std_maximum = INFINITY;
  bare.network.atypicality->depends_on_noise = 0;
  ModelFile after = bare;
  measure_limits(after, "model", trained.dataset, "data");
  EXPECT_GT(after.network.outputs[0].std_minimum, 0);
  EXPECT_EQ(after.network.atypicality->depends_on_noise, 1u);
  for (NetworkOutput& output : after.network.outputs) output.std_minimum = 0, output.std_maximum = INFINITY;
  after.network.atypicality->depends_on_noise = 0;
  EXPECT_EQ(crbm_image(after), crbm_image(bare));
}

TEST(MeasuredLimits, ADataSetOfAnotherBasisIsRefused) {
  const Trained trained;
  ModelFile file = trained.file();
  EXPECT_THROW(measure_limits(file, "model", tests::small_dataset(50, 6), "data"), base::DisagreementError);
}

}  // namespace
}  // namespace crbrt::trainer
