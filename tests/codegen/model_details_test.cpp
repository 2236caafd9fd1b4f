// SPDX-License-Identifier: Apache-2.0
// What a model may give beside its estimates, as the loader sees it: each part absent or there, old files as before.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/model_builder.h"

namespace crbrt::tests {
namespace {

Status status_of(const fbs::ModelT& model) {
  const auto bytes = to_flatbuffer(model);
  Model loaded;
  return load_flatbuffer({bytes.data(), bytes.size()}, loaded).status;
}

TEST(ModelDetails, EitherDetailMayBeAbsent) {
  for (const bool uncertainty : {false, true})
    for (const bool atypicality : {false, true}) {
      ModelSpec spec = plain_spec();
      spec.uncertainty = uncertainty;
      spec.atypicality = atypicality;
      const Model model = load(spec);
      EXPECT_EQ(model.info().has_uncertainty, uncertainty);
      EXPECT_EQ(model.info().has_atypicality, atypicality);
      EXPECT_EQ(model.info().atypicality_threshold, atypicality ? 1.25f : 0.0f);
      EXPECT_EQ(model.program().uncertainty != nullptr, uncertainty);
      EXPECT_EQ(model.program().atypicality != nullptr, atypicality);
      EXPECT_EQ(model.program().n_output, 3u);
    }
}

TEST(ModelDetails, LimitsAreThoseOfTheFileAndWithoutThemThereAreNone) {
  ModelSpec spec = uncertain_spec();
  const Model without = load(spec);
  spec.limits = true;
  const Model with = load(spec);
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_EQ(with.program().outputs[j].std_minimum, 0.0625f);
    EXPECT_EQ(with.program().outputs[j].std_maximum, 0.5f);
    EXPECT_EQ(without.program().outputs[j].std_minimum, 0);
    EXPECT_EQ(without.program().outputs[j].std_maximum, std::numeric_limits<float>::infinity());
  }
}

// Its range of l is -1.5 to 1.5 around -2.5, its terms 1/4 + l + l^2 / 8; e^0.75 and less are within 1e-6 of what log() undoes.
TEST(ModelDetails, TheThresholdIsThatOfTheNoise) {
  ModelSpec spec = uncertain_spec();
  const Model without = load(spec);
  spec.limits = true;
  const Model with = load(spec);
  const auto at = [&](const Model& model, double l) {
    return atypicality_threshold(model.program(), 2 * static_cast<float>(std::exp(l - 2.5)), 2);
  };
  EXPECT_NEAR(at(with, 0), 0.25, 1e-6);
  EXPECT_NEAR(at(with, 0.75), 0.25 + 0.75 + 0.5625 / 8, 2e-6);
  EXPECT_NEAR(at(with, 5), 0.25 + 1.5 + 2.25 / 8, 1e-6) << "the end of the range";
  EXPECT_NEAR(at(with, -5), 0.25 - 1.5 + 2.25 / 8, 1e-6) << "the other end";
  EXPECT_EQ(at(without, 0), 1.25f);
}

TEST(ModelDetails, LimitsAreWrittenAsTheyWereRead) {
  ModelSpec spec = uncertain_spec();
  EXPECT_EQ(unpacked(load_file(spec)).outputs[1]->std_maximum, 0) << "no bound";
  spec.limits = true;
  const fbs::ModelT written = unpacked(load_file(spec));
  EXPECT_EQ(written.outputs[1]->std_minimum, 0.0625f);
  EXPECT_EQ(written.outputs[1]->std_maximum, 0.5f);
  EXPECT_EQ(written.atypicality->at_noise, (std::vector<float>{0.25f, 1, 0.125f}));
}

TEST(ModelDetails, ARangeOfOneNoiseLevelIsOne) {
  fbs::ModelT model = make_model(uncertain_spec());
  model.uncertainty->log_noise_min = model.uncertainty->log_noise_max;
  EXPECT_EQ(status_of(model), Status::ok);
}

TEST(ModelDetails, EveryKindOfLossIsKnown) {
  for (const char* kind : {"", "crb", "mse", "relative", "bias_reduced"}) {
    fbs::ModelT model = make_model(plain_spec());
    model.provenance->loss_kind = kind;
    EXPECT_EQ(status_of(model), Status::ok) << kind;
  }
}

TEST(ModelDetails, AFileWrittenBeforeThemStillLoads) {
  Model model;
  const LoadResult result = load_model_file(CRBRT_SOURCE_DIR "/tests/golden/tiny.crbm", model);
  ASSERT_EQ(result.status, Status::ok) << result.detail;
  EXPECT_FALSE(model.info().has_uncertainty || model.info().has_atypicality);
  EXPECT_EQ(n_feature(model.program()), model.program().n_output);
}

}  // namespace
}  // namespace crbrt::tests
