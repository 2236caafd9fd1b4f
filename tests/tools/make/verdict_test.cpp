// SPDX-License-Identifier: Apache-2.0
// The verdict of a chain: which of its models are fit, and every sentence once.
#include "tools/make/verdict.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/json.h"
#include "physics/io/hdf5_writer.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::make {
namespace {

using base::Json;

class ChainVerdicts : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder_ / "work");
    physics::Hdf5Writer basis(folder_ / basis_file, folder_ / basis_file);
    basis.attribute("/", "provenance", std::string("{}"));
    basis.close();
    write(encoding_file, "t encodes every output.", true, {});
    request_.options.out = folder_ / ".";
    request_.options.name = "mine";
    request_.options.macs = {16000};
  }

  void write(const std::string& file, const std::string& headline, bool is_fit,
             const std::vector<std::pair<std::string, std::string>>& next) {
    Json findings = Json::array();
    if (!is_fit) findings.push_back(Json{{"state", "fail"}, {"sentence", "T1 is off by 39 ms."}});
    for (const auto& [rule, sentence] : next)
      findings.push_back(Json{{"state", "next"}, {"rule", rule}, {"sentence", sentence}});
    folder_.file(file, Json{{"fit", is_fit}, {"headline", headline}, {"findings", findings}}.dump());
  }

  tests::TemporaryFolder folder_;
  Request request_{};
};

TEST_F(ChainVerdicts, OneFitModelIsEnoughAndIsNamed) {
  write(model_verdict_file("mine").string(), "mine is NOT FIT: T1.", false,
        {{"bias_reduced", "Train a twin with little bias (loss bias_reduced) for T1: the loss is fine, the bias is not."},
         {"size", "Train longer."}});
  write(model_verdict_file("mine_unbiased").string(), "mine_unbiased is fit.", true, {});
  const ChainVerdict verdict = give_verdict(request_);
  EXPECT_EQ(verdict.fit, std::vector<std::string>{"mine_unbiased"});
  // The twin that the model's own verdict asks for is there.
  EXPECT_EQ(
      verdict.words,
      "t encodes every output.\nmine is NOT FIT: T1.\n  T1 is off by 39 ms.\n  next: Train longer.\nmine_unbiased is fit.\n");
  const Json written = Json::from_file(folder_ / verdict_file);
  EXPECT_TRUE(written.at("fit").boolean());
  EXPECT_EQ(written.at("use").dump(), "[\"mine_unbiased\"]");
}

TEST_F(ChainVerdicts, WhatIsTrueOfBothIsSaidOnce) {
  write(model_verdict_file("mine").string(), "mine is NOT FIT: T1.", false, {{"size", "Train longer."}});
  write(model_verdict_file("mine_unbiased").string(), "mine_unbiased is NOT FIT: T1.", false, {{"size", "Train longer."}});
  const ChainVerdict verdict = give_verdict(request_);
  EXPECT_TRUE(verdict.fit.empty());
  EXPECT_EQ(verdict.words,
            "t encodes every output.\nmine is NOT FIT: T1.\n  T1 is off by 39 ms.\n  next: Train longer.\nmine_unbiased is NOT "
            "FIT: T1.\n");
  EXPECT_FALSE(Json::from_file(folder_ / verdict_file).at("fit").boolean());
}

}  // namespace
}  // namespace crbrt::make
