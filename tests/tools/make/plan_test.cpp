// SPDX-License-Identifier: Apache-2.0
// Plans: sizes of networks, names, and which step needs which.
#include "tools/make/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/json.h"
#include "tools/make/data_sets.h"
#include "tools/make/settings.h"

namespace crbrt::make {
namespace {

std::uint64_t macs_of(const std::vector<std::size_t>& hidden, std::size_t n_in, std::size_t n_last) {
  std::uint64_t macs = 0;
  for (const std::size_t width : hidden) {
    macs += n_in * width;
    n_in = width;
  }
  return macs + n_in * n_last;
}

// The shipped models: 16,032 multiply-adds of 26 inputs and three outputs with their heads.
TEST(HiddenWidths, AreThoseOfTheShippedModelsAtTheirSize) {
  EXPECT_EQ(hidden_widths(16032, 13, 3), (std::vector<std::size_t>{64, 64, 64, 60, 32}));
}

TEST(HiddenWidths, UseWhatTheyMayAndNoMore) {
  for (const std::size_t n_coeff : {5u, 13u, 40u})
    for (const std::size_t n_output : {1u, 3u, 7u})
      for (const std::uint64_t macs : {4000u, 16000u, 64000u, 250000u}) {
        const std::uint64_t found = macs_of(hidden_widths(macs, n_coeff, n_output), 2 * n_coeff, 4 * n_output + 1);
        EXPECT_LE(found, macs);
        EXPECT_GT(found, macs * 3 / 4) << n_coeff << " coefficients, " << n_output << " outputs, " << macs;
      }
}

Request request() {
  Request request;
  request.options.name = "mine";
  request.options.macs = {16000};
  request.sequence = "work/inputs/sequence/s.json";
  request.prior = "work/inputs/prior/p.json";
  request.n_frame = 600;
  request.outputs = {{"m0_semi_frac", 0, 1}, {"t2_free_s", 0, 2}};
  return request;
}

Request request_of_dictionary() {
  Request r = request();
  r.sequence = r.prior = "";
  r.options.effort = effort_with(quick_effort, 10000, false);
  r.dictionary = Dictionary{"/data/d.h5", "train", 10000, 1000000, false, {"T1", "T2"}};
  r.outputs = {{"T2", 0, 1}, {"signal_per_m0", 0, 1}};
  return r;
}

std::string words_of_step(const std::vector<Step>& steps, const std::string& name) {
  std::string words;
  for (const Step& step : steps)
    if (step.name == name)
      for (const std::string& word : step.command) words += (words.empty() ? "" : " ") + word;
  return words;
}

/// Every input is an input of the user, a file of settings, or the output of one step.
void expect_whole(const Request& request, const Plan& plan) {
  std::set<std::filesystem::path> there{request.sequence, request.prior};
  if (request.dictionary) there = {request.dictionary->file};
  for (const Step& step : basis_steps(request)) there.insert(step.outputs.begin(), step.outputs.end());
  for (const auto& [file, text] : plan.configs) there.insert(file);
  std::set<std::string> names;
  for (const Step& step : plan.steps) {
    EXPECT_TRUE(names.insert(step.name).second) << step.name << " is there twice";
    for (const auto& output : step.outputs) EXPECT_TRUE(there.insert(output).second) << output << " is made twice";
  }
  for (const Step& step : plan.steps)
    for (const auto& input : step.inputs) EXPECT_TRUE(there.contains(input)) << step.name << ": nobody makes " << input;
}

TEST(Plan, MakesEveryFileThatItNeeds) {
  const Plan plan = model_plan(request(), 13);
  expect_whole(request(), plan);
  EXPECT_EQ(plan.configs.size(), 2u);
}

TEST(Plan, SeveralSizesAndShards) {
  Request r = request();
  r.options.macs = {16000, 64000};
  r.options.n_shard = 5;
  const Plan plan = model_plan(r, 13);
  expect_whole(r, plan);
  EXPECT_EQ(model_names(r.options), (std::vector<std::string>{"mine_16k", "mine_64k"}));
  const auto is_part = [](const Step& step) { return step.what.starts_with("training set, part"); };
  EXPECT_EQ(std::count_if(plan.steps.begin(), plan.steps.end(), is_part), 5);
}

TEST(Plan, ADictionaryIsSharedAmongTheSetsAndNothingIsSimulated) {
  const Request r = request_of_dictionary();
  const Plan plan = model_plan(r, 9);
  expect_whole(r, plan);
  const std::string from = "crbrt-simulate --from /data/d.h5 --share ";
  EXPECT_EQ(words_of_step(basis_steps(r), "basis"), from +
                                                        "0:0.2048 --out basis.h5 --basis-only --basis-kind crb --rank auto "
                                                        "--rank-or-most --rank-factor 1.25 --outputs T2");
  EXPECT_EQ(words_of_step(plan.steps, "train"), from + "0:0.85 --out work/train.h5 --basis basis.h5");
  EXPECT_EQ(words_of_step(plan.steps, "calibration"), from + "0.85:0.9 --out work/calibration.h5 --basis basis.h5");
  EXPECT_EQ(words_of_step(plan.steps, "unseen"), from + "0.9:1 --out work/unseen.h5 --basis basis.h5");
  for (const Step& step : plan.steps)
    for (const std::string& word : step.command)
      EXPECT_TRUE(word != "--sequence" && word != "--prior" && word != "--nlls") << step.name;
}

TEST(Plan, FewFingerprintsAreSeenMoreOften) {
  EXPECT_EQ(effort_with(quick_effort, 10000, false).epochs, 3 * quick_effort.epochs);  // 8,500 in place of 140,000: the most
  EXPECT_EQ(effort_with(quick_effort, 10000, true).epochs, quick_effort.epochs);
  EXPECT_EQ(effort_with(quick_effort, 82360, false).epochs, 2 * quick_effort.epochs);
  EXPECT_EQ(effort_with(quick_effort, 1000000, false).epochs, quick_effort.epochs);
  EXPECT_EQ(effort_with(quick_effort, 1000, false).basis_draws, 850u);
}

TEST(Plan, TheTwinStartsFromTheWeightsOfTheFirst) {
  const Plan plan = model_plan(request(), 13);
  const auto twin =
      std::find_if(plan.steps.begin(), plan.steps.end(), [](const Step& s) { return s.name == "train-mine_unbiased"; });
  ASSERT_NE(twin, plan.steps.end());
  EXPECT_NE(std::find(twin->command.begin(), twin->command.end(), "work/mine.training/checkpoint.pt"), twin->command.end());
  const base::Json json = base::Json::parse(plan.configs[1].second, "twin");
  EXPECT_EQ(json.at("loss").text(), "bias_reduced");
  EXPECT_EQ(json.at("network"), base::Json::parse(plan.configs[0].second, "first").at("network"));
}

}  // namespace
}  // namespace crbrt::make
