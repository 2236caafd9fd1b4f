// SPDX-License-Identifier: Apache-2.0
// A network with leaky ReLU from the trainer's configuration to the runtime's estimates (a part of trainer_test).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "base/bound_session.h"
#include "base/error.h"
#include "crbrt/network.hpp"
#include "tests/trainer/training_fixture.h"
#include "trainer/finished_model.h"
#include "trainer/train.h"

namespace crbrt::trainer {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// The fixture's configuration with `network` in place of its activation, normalisation and skips.
std::string config_text(const std::string& network) {
  std::string text = tests::valid_config_text();
  const std::size_t first = text.find("\"activation\""), end = text.find("},\n", first);
  return text.replace(first, end - first, network);
}

Config config_of(const std::string& network) { return tests::config_of(config_text(network)); }

TEST(TrainedLeakyRelu, HasTheSlopeOfTheConfigurationOrOneHundredth) {
  const Activation named = config_of(R"("activation": "leaky_relu", "negative_slope": 0.3)").network.activation;
  EXPECT_EQ(named.kind, OperationKind::leaky_relu);
  EXPECT_EQ(named.negative_slope, 0.3f);
  EXPECT_EQ(config_of(R"("activation": "leaky_relu")").network.activation.negative_slope, 0.01f);
  EXPECT_EQ(config_of(R"("normalization": "none")").network.activation.kind, OperationKind::relu);
}

TEST(TrainedLeakyRelu, WrongNamesAreRefusedWithTheNearest) {
  EXPECT_THAT(tests::refusal(config_text(R"("activation": "leaky_rleu")")),
              AllOf(HasSubstr("network.activation: expected relu or leaky_relu"), HasSubstr("(nearest: \"leaky_relu\")")));
  EXPECT_THAT(tests::refusal(config_text(R"("activation": "leaky_relu", "negativ_slope": 0.3)")),
              HasSubstr("\"negativ_slope\" (nearest: \"negative_slope\")"));
}

TEST(TrainedLeakyRelu, SlopesThatAModelFileRefusesAreRefused) {
  for (const char* slope : {"0", "-0.1", "1.5", "1e-60", "\"0.1\""})
    EXPECT_THAT(tests::refusal(config_text(std::string(R"("activation": "leaky_relu", "negative_slope": )") + slope)),
                HasSubstr("network.negative_slope: expected a "))
        << slope;
  EXPECT_THAT(tests::refusal(config_text(R"("activation": "relu", "negative_slope": 0.1)")), HasSubstr("leaky_relu"));
}

TEST(TrainedLeakyRelu, FineTuningInIntegersIsRefused) {
  const auto with_integers = [](const std::string& network) {
    std::string text = config_text(network);
    return text.insert(text.find("\"optimizer\""), "\"quantization\": {\"widths\": [16, 8, 8]}, ");
  };
  EXPECT_THAT(tests::refusal(with_integers(R"("activation": "leaky_relu")")),
              AllOf(HasSubstr("quantization: expected "), HasSubstr("\"activation\": \"relu\"")));
  EXPECT_EQ(tests::refusal(with_integers(R"("activation": "relu")")), "");
}

struct Exported {
  physics::Dataset dataset = tests::small_dataset(400);
  Config config;
  TrainingData data;
  TrainedNetwork network;
  std::vector<std::uint8_t> bytes;
  ModelFile file;

  explicit Exported(const std::string& text)
      : config(config_of(text)),
        data(prepare_data(dataset, config, "data")),
        network(train(config, data, {}).network),
        bytes(export_model(config, dataset, data, network)) {
    const LoadResult result = load_network({bytes.data(), bytes.size()}, file);
    EXPECT_EQ(result.status, Status::ok) << result.detail;
  }
};

class TrainedLeakyReluNetwork : public testing::TestWithParam<const char*> {};

TEST_P(TrainedLeakyReluNetwork, IsInTheModelAndTheRuntimeGivesTheTrainersEstimates) {
  const Exported e(std::string(R"("activation": "leaky_relu", "negative_slope": 0.3)") + GetParam());
  const std::vector<Operation>& operations = e.file.network.operations;
  EXPECT_EQ(std::count_if(operations.begin(), operations.end(),
                          [](const Operation& op) {
                            return op.kind == OperationKind::leaky_relu && op.weights == std::vector<float>(16, 0.3f);
                          }),
            2);
  Model model;
  ASSERT_EQ(load_model({e.bytes.data(), e.bytes.size()}, model).status, Status::ok);
  base::BoundSession session(model.program(), Isa::automatic);
  const CheckVoxels& check = e.network.check;
  std::vector<float> estimates(check.estimates.size());
  ASSERT_EQ(
      session->run(Coefficients::rows(check.coefficients.data(), check.n, 5), {.estimates = {estimates.data(), check.n, 3}}),
      Status::ok);
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    // In standard deviations of the output, as in tests/trainer/export_test.cpp, for fewer layers; a slope left out is off by
    // a tenth and more.
    const double scale = e.network.standardization.scale[i % 3];
    EXPECT_NEAR(estimates[i] / scale, check.estimates[i] / scale, 1e-4);
  }
}

constexpr const char* skip = R"(, "skips": [{"from": "hidden1", "to": "hidden2"}])";
const std::string batch_text = std::string(R"(, "normalization": "batch")") + skip,
                  group_text = std::string(R"(, "normalization": "group", "n_group": 4)") + skip;
INSTANTIATE_TEST_SUITE_P(Normalizations, TrainedLeakyReluNetwork, testing::Values("", batch_text.c_str(), group_text.c_str()));

TEST(TrainedLeakyRelu, AModelToStartFromHasTheSameSlope) {
  const Exported e(R"("activation": "leaky_relu", "negative_slope": 0.3)");
  const std::string path = tests::temporary_path("start.crbm");
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(e.bytes.data()), static_cast<std::streamsize>(e.bytes.size()));
  EXPECT_EQ(read_start_model(path, e.config, physics::identity_of(e.dataset.basis)).operations.size(), 5u);
  for (const char* other : {R"("activation": "leaky_relu", "negative_slope": 0.2)", R"("activation": "relu")"}) {
    try {
      read_start_model(path, config_of(other), physics::identity_of(e.dataset.basis));
      ADD_FAILURE() << "no error: " << other;
    } catch (const base::DisagreementError& error) {
      EXPECT_THAT(error.what(), HasSubstr("activation"));
    }
  }
}

}  // namespace
}  // namespace crbrt::trainer
