// SPDX-License-Identifier: Apache-2.0
// `crbrt-model verify` passes on what the kernels give and fails on anything else.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/model_builder.h"
#include "tests/support/runnable_isas.h"
#include "tools/model/inspect.h"

namespace crbrt::tests {
namespace {

using Kind = model::IsaVerdict::Kind;

model::IsaVerdict verdict_of(const fbs::ModelT& source, Isa isa) {
  return model::verify_isa(load(source), folded(load_file(source).network), isa);
}

TEST(Verify, EveryInstructionSetPassesOrSaysThatItWasSkipped) {
  IsaRecord record;
  for (const ModelSpec& spec : all_specs()) {
    const fbs::ModelT source = make_model(spec);
    for (std::size_t i = 0; i < isa_count(); ++i) {
      const model::IsaVerdict verdict = verdict_of(source, isa_at(i));
      EXPECT_EQ(verdict.kind, is_runnable(isa_at(i)) ? Kind::passed : Kind::skipped) << verdict.text;
      if (verdict.kind == Kind::passed) record.ran(isa_at(i));
    }
  }
  record.expect_scalar_and_best();
}

TEST(Verify, TheLastBitOfAnEstimateFailsOnScalar) {
  fbs::ModelT source = make_model(group_skip_spec());
  float& estimate = source.test_vector->estimates[4];
  estimate = std::nextafter(estimate, 10.0f);
  const model::IsaVerdict verdict = verdict_of(source, Isa::scalar);
  EXPECT_EQ(verdict.kind, Kind::failed);
  EXPECT_EQ(verdict.text.rfind("scalar: FAILED: voxel 1: expected ", 0), 0u) << verdict.text;
}

TEST(Verify, AnEstimateOffByAThousandthFailsOnEveryInstructionSet) {
  for (const ModelSpec& spec : all_specs()) {
    fbs::ModelT source = make_model(spec);
    source.test_vector->estimates[0] += 1e-3f;
    for (const Isa isa : runnable_isas()) EXPECT_EQ(verdict_of(source, isa).kind, Kind::failed) << spec.name << name(isa);
  }
}

TEST(Verify, AChangedWeightFailsOnEveryInstructionSet) {
  fbs::ModelT source = make_model(batch_norm_spec());
  for (float& weight : source.layers[1]->weights) weight *= 1.01f;
  for (const Isa isa : runnable_isas()) EXPECT_EQ(verdict_of(source, isa).kind, Kind::failed) << name(isa);
}

TEST(Verify, AVoxelWithoutSignalEqualsItsStoredZeros) {
  fbs::ModelT source = make_model(plain_spec());
  std::fill_n(source.test_vector->coefficients.begin(), 8, 0.0f);
  fill_estimates(source);
  for (const Isa isa : runnable_isas()) EXPECT_EQ(verdict_of(source, isa).kind, Kind::passed) << name(isa);
}

TEST(Info, NamesEverythingThatAFileHolds) {
  const std::string text = model::info_text(load(group_skip_spec()));
  for (const char* expected : {"group_skip", "made_up", "c: dense 20 -> 12, + a, group norm in 2, relu", "t1_apparent_s in s",
                               "Apache-2.0", "756 per voxel", "10 to 100", "5 voxels", "in the file"})
    EXPECT_NE(text.find(expected), std::string::npos) << expected << " in\n" << text;
}

TEST(Info, SaysWhatAModelGivesBesideEstimates) {
  const std::string none = model::info_text(load(plain_spec())), both = model::info_text(load(uncertain_spec()));
  for (const char* expected : {"uncertainty         none", "atypicality         none"})
    EXPECT_NE(none.find(expected), std::string::npos) << expected << " in\n" << none;
  // exp(2.5 - 1.5) and exp(2.5 + 1.5)
  for (const char* expected : {"from 2.71828 to 54.5982", "above 1.25"})
    EXPECT_NE(both.find(expected), std::string::npos) << expected << " in\n" << both;
}

}  // namespace
}  // namespace crbrt::tests
