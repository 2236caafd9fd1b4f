// What a model may give beside its estimates, as the loader sees it: each part absent or there, old files as before.
#include <gtest/gtest.h>

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
