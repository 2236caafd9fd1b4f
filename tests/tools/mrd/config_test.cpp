// SPDX-License-Identifier: Apache-2.0
// Configs that a server may start with, and those that end it first.
#include "tools/mrd/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/mrd/mrd_service.h"
#include "tools/mrd/sent_map.h"

namespace crbrt::tests {
namespace {

using testing::HasSubstr;

class MrdConfig : public testing::Test {
 protected:
  mrd::Config read(const std::string& json) {
    return mrd::config_from_file(folder_.file("brain.json", json), config_of(uncertain_spec()), models_);
  }
  std::string refusal_of(const std::string& json) {
    try {
      mrd::sent_maps(read(json), "brain.json");
    } catch (const base::Error& error) {
      return error.what();
    }
    return "";
  }

  TemporaryFolder folder_;
  std::map<std::string, std::shared_ptr<const mrd::LoadedModel>> models_;
};

TEST_F(MrdConfig, IsReadFromItsFile) {
  write_crbm(folder_ / "other.crbm", tiny_uncertain_spec());
  const mrd::Config config = read(R"({"model": "other.crbm", "also": ["openrecon"], "coefficients": "set", "sigma": 0.1,
    "maps": ["T1map"], "atypicality": false, "status": false, "send": ["uint16"], "largest_pixel": 4095, "first_series": 20,
    "ranges": {"T1map": [0, 5000]}})");
  EXPECT_EQ(config.name, "brain");
  EXPECT_EQ(config.model->model.info().name, "tiny_uncertain");
  EXPECT_EQ(config.coefficients, mrd::Dimension::set);
  const auto maps = mrd::sent_maps(config, "brain.json");
  ASSERT_EQ(maps.size(), 2u);
  EXPECT_EQ(maps[0].name, "T1map");
  EXPECT_EQ(maps[0].pixel_unit, "ms");
  EXPECT_EQ(maps[0].series, 20);
  EXPECT_FALSE(maps[0].has_floats);
  EXPECT_NEAR(maps[0].scale.value_of(4095), 5000, 5);
  EXPECT_EQ(maps[1].name, "T1map_std");
}

TEST_F(MrdConfig, FractionsArePercentAndOnlyWhatIsAskedForIsSent) {
  const auto maps = mrd::sent_maps(read(R"({"maps": ["m0_semi_frac"], "status": false, "atypicality": false})"), "brain.json");
  ASSERT_EQ(maps.size(), 1u);
  EXPECT_EQ(maps[0].pixel_unit, "%");
  EXPECT_EQ(maps[0].window.high, 30);
}

TEST_F(MrdConfig, ThatAsksForWhatThereIsNotIsRefused) {
  EXPECT_THAT(refusal_of(R"({"coefficents": "set"})"), HasSubstr("coefficients"));
  EXPECT_THAT(refusal_of(R"({"coefficients": "slice"})"), HasSubstr("channel, contrast or set"));
  EXPECT_THAT(refusal_of(R"({"precision": "integer"})"), HasSubstr("without one"));
  EXPECT_THAT(refusal_of(R"({"maps": ["T3map"]})"), HasSubstr("found T3map"));
  EXPECT_THAT(refusal_of(R"({"send": []})"), HasSubstr("neither"));
  EXPECT_THAT(refusal_of(R"({"sigma": 0})"), HasSubstr("sigma"));
  EXPECT_THAT(refusal_of(R"({"largest_pixel": 70000})"), HasSubstr("65535"));
  EXPECT_THAT(refusal_of(R"({"ranges": {"T1map": [5, 1]}})"), HasSubstr("the lower one first"));
  EXPECT_THAT(refusal_of(R"({"ranges": {"T9map": [0, 1]}})"), HasSubstr("T9map"));
}

TEST(MrdConfigs, AnswerToTheirNamesWithAndWithoutEndingOnly) {
  mrd::Config config = config_of(uncertain_spec());
  config.also = {"openrecon"};
  const auto configs = mrd::configs_by_name({config});
  EXPECT_TRUE(mrd::find_config(configs, "crbrt"));
  EXPECT_TRUE(mrd::find_config(configs, "crbrt.xml"));
  EXPECT_TRUE(mrd::find_config(configs, "openrecon"));
  EXPECT_FALSE(mrd::find_config(configs, "../crbrt"));
  EXPECT_FALSE(mrd::find_config(configs, ""));
  EXPECT_THROW(mrd::configs_by_name({config, config}), base::UsageError);
}

}  // namespace
}  // namespace crbrt::tests
