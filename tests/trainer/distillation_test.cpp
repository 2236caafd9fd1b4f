// SPDX-License-Identifier: Apache-2.0
// A teacher's estimates as targets: the mixture by hand, what is refused, and a run with a teacher from end to end.
#include "trainer/finished_model.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "tests/trainer/training_fixture.h"
#include "trainer/train.h"
#include "trainer/voxel_batch.h"

namespace crbrt::trainer {
namespace {

using testing::HasSubstr;

class Distillation : public testing::Test {
 protected:
  void SetUp() override {
    const auto bytes = export_model(small_, dataset_, data_, train(small_, data_, {}).network);
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }

  static Config with_teacher(const std::string& keys) {
    std::string text = tests::valid_config_text();
    return tests::config_of(text.insert(text.find("\"optimizer\""), "\"distillation\": " + keys + ",\n  "));
  }

  std::string refusal(const std::string& teacher, std::size_t n_coeff, const physics::BasisIdentity& basis) const {
    try {
      Teacher(path_, with_teacher("{\"teacher\": \"" + teacher + "\", \"share\": 1}"), n_coeff, basis);
    } catch (const base::DisagreementError& error) {
      return error.what();
    }
    return "";
  }

  physics::Dataset dataset_ = tests::small_dataset(400);
  Config small_ = tests::small_config();
  TrainingData data_ = prepare_data(dataset_, small_, "made up");
  std::string path_ = tests::temporary_path("small.crbm");
};

TEST_F(Distillation, TargetsAreShareOfTheTeacherAndTheRestTheTruth) {
  const Teacher teacher(path_, with_teacher("{\"teacher\": \"small\", \"share\": 0.25}"), 5,
                        physics::identity_of(dataset_.basis));
  VoxelBatch block;
  block.coefficients = at::rand({7, 10});
  block.targets = at::rand({7, 3});
  Standardization standardization;
  standardization.offset = {0.1f, 2.0f, 0.3f};
  standardization.scale = {0.5f, 4.0f, 0.25f};
  const std::vector<float> si = teacher.estimates(block.coefficients.data_ptr<float>(), 7);
  const at::Tensor mixed = mixed_targets(block, teacher, 0.25, standardization);
  for (std::int64_t i = 0; i < 7; ++i)
    for (std::int64_t j = 0; j < 3; ++j) {
      const auto p = static_cast<std::size_t>(j);
      const float of_teacher = (si[static_cast<std::size_t>(3 * i + j)] - standardization.offset[p]) / standardization.scale[p];
      // Single precision: a few roundings of numbers up to about ten.
      EXPECT_NEAR(mixed[i][j].item<float>(), 0.25f * of_teacher + 0.75f * block.targets[i][j].item<float>(), 1e-5f);
    }
}

TEST_F(Distillation, RefusesAnotherModelBasisOrSize) {
  EXPECT_EQ(refusal("small", 5, physics::identity_of(dataset_.basis)), "");
  EXPECT_THAT(refusal("large", 5, physics::identity_of(dataset_.basis)), HasSubstr("expected the model large, found small"));
  EXPECT_THAT(refusal("small", 4, physics::identity_of(dataset_.basis)), HasSubstr("basis of the data set"));
  EXPECT_THAT(refusal("small", 5, {std::string(64, 'b'), ""}), HasSubstr("basis of the data set"));
}

TEST_F(Distillation, RefusesOtherOutputs) {
  Config config = with_teacher("{\"teacher\": \"small\", \"share\": 1}");
  std::swap(config.outputs[0], config.outputs[1]);
  EXPECT_THROW(Teacher(path_, config, 5, physics::identity_of(dataset_.basis)), base::DisagreementError);
}

TEST_F(Distillation, TheTeacherChangesTheRunAndACheckpointBelongsToIt) {
  const Config config = with_teacher("{\"teacher\": \"small\", \"share\": 1}");
  const Teacher teacher(path_, config, 5, physics::identity_of(dataset_.basis));
  TrainOptions options;
  options.checkpoint_path = tests::temporary_path("checkpoint.pt");
  const auto alone = train(config, data_, options).network.operations;
  options.teacher = &teacher;
  options.resume = true;
  EXPECT_THROW(train(config, data_, options), base::DisagreementError);  // written without the teacher
  options.resume = false;
  EXPECT_NE(train(config, data_, options).network.operations.back().weights, alone.back().weights);
}

TEST_F(Distillation, ConfigurationRefusesSharesAboveOneAndABiasedTeacherForABiasReducedLoss) {
  EXPECT_THROW(with_teacher("{\"teacher\": \"small\", \"share\": 1.5}"), base::InputError);
  EXPECT_THROW(with_teacher("{\"share\": 0.5}"), base::InputError);
  std::string text = tests::valid_config_text();
  text.replace(text.find("\"loss\": \"crb\""), 13,
               "\"loss\": \"bias_reduced\", \"distillation\": {\"teacher\": \"a\", \"share\": 1}");
  EXPECT_THROW(tests::config_of(text), base::InputError);
}

}  // namespace
}  // namespace crbrt::trainer
