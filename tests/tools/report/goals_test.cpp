// SPDX-License-Identifier: Apache-2.0
/// Goals and measured numbers side by side, on evaluations whose numbers are made up; files of goals and what is wrong with
/// them.
#include "tools/report/goals.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::report {
namespace {

Json per_output(double value) { return {{"m0_semi_frac", value}, {"t1_apparent_s", value}, {"t2_free_s", value}}; }

/// loss everywhere; bias^2/CRB and variance/CRB at SNR 50.
Measured measured(const std::string& name, Kind kind, double macs, double loss, double bias2 = 0.1, double variance = 0.5) {
  Measured m;
  m.name = name;
  m.family = name.substr(0, name.find('_'));
  m.kind = kind;
  m.macs = macs;
  m.outputs = {"m0_semi_frac", "t1_apparent_s", "t2_free_s"};
  m.json["loss"] = per_output(loss);
  m.json["loss"]["mean"] = loss;
  for (const char* snr : {"50", "100"})
    m.json["snr"][snr] = {
        {"loss", per_output(loss)}, {"bias2_over_crb", per_output(bias2)}, {"var_over_crb", per_output(variance)}};
  for (const char* part : {"coverage", "atypicality", "grids"}) m.json[part] = nullptr;
  return m;
}

void add_t2_bias(Measured& m, double bias_s) { m.json["grids"]["t1_t2f"]["outputs"]["t2_free_s"]["mean_abs_bias"] = bias_s; }

void add_coverage(Measured& m, double within_1, double within_2) {
  for (const char* snr : {"10", "20", "50", "100"})
    m.json["coverage"][snr] = {{"within_1", per_output(within_1)}, {"within_2", per_output(within_2)}};
}

/// Three sizes, and one goal of every other kind.
Goals all_goals() {
  Goals goals;
  goals.sizes = {{4500, 0.85, 1.2, 0.2, 1, 0.25}, {16100, 0.66, 0.9, 0.1, 1, 0.1}, {64000, 0.57, 0.7, 0.05, 1, 0.05}};
  goals.loss_below_paper = goals.grid_bias_below_mse_twin = true;
  goals.grid_bias_t2_free_s = 5.23e-3;
  goals.within_1_std = Goals::Range{0.65, 0.71};
  goals.within_2_std = Goals::Range{0.93, 0.97};
  goals.roc_area_snr50 = 0.98;
  goals.roc_not_judged = {"two_compartments", "fat"};
  return goals;
}

std::vector<Goal> goals(const std::vector<Measured>& all, const Floor& floor = {}, const Goals& wanted = all_goals()) {
  std::vector<const Measured*> pointers;
  for (const Measured& m : all) pointers.push_back(&m);
  return judged(wanted, pointers, floor);
}

Goal find(const std::vector<Goal>& all, const std::string& what, const std::string& model = "") {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Goal& g) {
    return g.what.find(what) != std::string::npos && (model.empty() || g.model == model);
  });
  if (found != all.end()) return *found;
  ADD_FAILURE() << "no goal " << what;
  return {};
}

TEST(Goals, TheBarIsTheNumberOrTheFloorPlusMargin) {
  EXPECT_DOUBLE_EQ(bar(0.57, 0, 0.05), 0.57);
  EXPECT_DOUBLE_EQ(bar(0.57, 0.5, 0.05), 0.57);
  EXPECT_DOUBLE_EQ(bar(0.57, 0.6, 0.05), 0.63);
}

TEST(Goals, EverySizeIsJudgedByItsOwnModelAndTwin) {
  const std::vector<Measured> all{measured("tiny", Kind::crb, 4500, 0.84), measured("lean", Kind::crb, 16100, 0.67),
                                  measured("tiny_unbiased", Kind::bias_reduced, 4400, 1.5, 0.19, 1.01)};
  const auto list = goals(all);
  EXPECT_EQ(find(list, "4.5k multiply-adds: loss, SNR range").state, Goal::State::pass);
  EXPECT_EQ(find(list, "4.5k multiply-adds: loss, SNR range").measured, "0.840");
  EXPECT_EQ(find(list, "4.5k multiply-adds: bias-reduced twin, bias^2").state, Goal::State::pass);
  EXPECT_EQ(find(list, "4.5k multiply-adds: bias-reduced twin, variance").state, Goal::State::fail);
  EXPECT_EQ(find(list, "16.1k multiply-adds: loss, SNR range").state, Goal::State::fail);
  EXPECT_EQ(find(list, "16.1k multiply-adds: bias-reduced").state, Goal::State::not_measured);
  EXPECT_EQ(find(list, "64k multiply-adds: loss, SNR range").state, Goal::State::not_measured);
  EXPECT_EQ(find(goals(all, {.loss = 0.67}), "16.1k multiply-adds: loss, SNR range").state, Goal::State::pass);  // 0.737
}

TEST(Goals, ThePaperAndTheMseTwinAreBeatenOnlyByLess) {
  std::vector<Measured> all{measured("lean", Kind::crb, 16100, 0.6), measured("lean_mse", Kind::mse, 16100, 2),
                            measured("paper", Kind::crb, 2.67e6, 0.6)};
  all[2].is_paper = true;
  EXPECT_EQ(find(goals(all), "paper's network", "lean").state, Goal::State::fail);
  EXPECT_EQ(find(goals(all), "MSE twin", "lean").state, Goal::State::not_measured);
  add_t2_bias(all[0], 5.0e-3);
  add_t2_bias(all[1], 4.9e-3);
  EXPECT_EQ(find(goals(all), "mean |bias| of T2f on the T1-T2f grid", "lean").state, Goal::State::pass);
  EXPECT_EQ(find(goals(all), "MSE twin", "lean").state, Goal::State::fail);
  add_t2_bias(all[1], 5.1e-3);
  EXPECT_EQ(find(goals(all), "MSE twin", "lean").state, Goal::State::pass);
}

TEST(Goals, CoverageIsJudgedByItsWorstOutputAndSnr) {
  std::vector<Measured> all{measured("lean", Kind::crb, 16100, 0.6)};
  EXPECT_EQ(find(goals(all), "coverage within 1 std").state, Goal::State::not_measured);
  add_coverage(all[0], 0.68, 0.95);
  EXPECT_EQ(find(goals(all), "coverage within 1 std").state, Goal::State::pass);
  all[0].json["coverage"]["100"]["within_1"]["t2_free_s"] = 0.715;
  EXPECT_EQ(find(goals(all), "coverage within 1 std").state, Goal::State::fail);
  EXPECT_EQ(find(goals(all), "coverage within 1 std").measured, "68.0 to 71.5");
  EXPECT_EQ(find(goals(all), "coverage within 2 std").state, Goal::State::pass);
}

TEST(Goals, ForeignVoxelsThatTheFileNamesAreReportedOnly) {
  std::vector<Measured> all{measured("lean", Kind::crb, 16100, 0.6)};
  all[0].json["atypicality"] = {
      {"snr", 50},
      {"against",
       {{"noise", {{"auc", 0.99}}}, {"two_compartments", {{"auc", 0.6}}}, {"fat", {{"auc", 0.7}}}, {"six", {{"auc", 0.985}}}}}};
  EXPECT_EQ(find(goals(all), "ROC").state, Goal::State::pass);
  EXPECT_EQ(find(goals(all), "ROC").measured, "0.9850 (six)");
  all[0].json["atypicality"]["against"]["six"]["auc"] = 0.97;
  EXPECT_EQ(find(goals(all), "ROC").state, Goal::State::fail);
}

TEST(Goals, WithoutAnyNothingIsJudged) {
  EXPECT_TRUE(goals({measured("lean", Kind::crb, 16100, 0.6), measured("lean_mse", Kind::mse, 16100, 2)}, {}, Goals{}).empty());
}

std::string refusal(const std::string& text) {
  const tests::TemporaryFolder folder;
  try {
    read_goals(folder.file("goals.json", text));
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Goals, AFileOfThemSaysTheSame) {
  const Goals read = read_goals(CRBRT_SOURCE_DIR "/docs/experiments/goals.json"), expected = all_goals();
  ASSERT_EQ(read.sizes.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(read.sizes[i].name(), expected.sizes[i].name());
    EXPECT_EQ(read.sizes[i].loss, expected.sizes[i].loss);
    EXPECT_EQ(read.sizes[i].loss_snr100, expected.sizes[i].loss_snr100);
    EXPECT_EQ(read.sizes[i].twin_bias2_snr50, expected.sizes[i].twin_bias2_snr50);
    EXPECT_EQ(read.sizes[i].twin_variance_snr50, expected.sizes[i].twin_variance_snr50);
    EXPECT_EQ(read.sizes[i].margin, expected.sizes[i].margin);
  }
  EXPECT_TRUE(read.loss_below_paper && read.grid_bias_below_mse_twin);
  EXPECT_EQ(read.grid_bias_t2_free_s, expected.grid_bias_t2_free_s);
  EXPECT_EQ(read.within_1_std->low, 0.65);
  EXPECT_EQ(read.within_2_std->high, 0.97);
  EXPECT_EQ(read.roc_area_snr50, 0.98);
  EXPECT_EQ(read.roc_not_judged, expected.roc_not_judged);
}

TEST(Goals, AFileWithoutANumberHasNoGoalForIt) {
  const tests::TemporaryFolder folder;
  const Goals read = read_goals(folder.file("goals.json", R"({"kind": "crbrt-goals", "estimators": {"roc_area_snr50": 0.9}})"));
  const auto list = goals({measured("lean", Kind::crb, 16100, 0.6)}, {}, read);
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].goal, ">= 0.90");
}

TEST(Goals, AFileThatHoldsSomethingElseIsRefusedWithItsPlace) {
  const auto estimators = [](const std::string& inside) { return R"({"kind": "crbrt-goals", "estimators": )" + inside + "}"; };
  const std::string size = R"({"macs_per_voxel": 4500, "loss": 0.85, "loss_snr100": 1.2, "twin_bias2_snr50": 0.2,
                              "twin_variance_snr50": 1, "margin_over_floor": 0.25})";
  EXPECT_EQ(refusal(estimators(R"({"sizes": [)" + size + "]}")), "");
  EXPECT_NE(refusal("{").find("JSON"), std::string::npos);
  EXPECT_NE(refusal(R"({"kind": "crbrt-eval"})").find("kind"), std::string::npos);
  EXPECT_NE(refusal(R"({"estimators": {}})").find("crbrt-goals"), std::string::npos);
  EXPECT_NE(refusal(R"({"kind": "crbrt-goals"})").find("estimators"), std::string::npos);
  EXPECT_NE(refusal(R"({"kind": "crbrt-goals", "estimator": {}})").find("estimators"), std::string::npos);
  EXPECT_NE(refusal(estimators(R"({"roc_area": 0.9})")).find("roc_area_snr50"), std::string::npos);
  EXPECT_NE(refusal(estimators(R"({"roc_area_snr50": "high"})")).find("estimators.roc_area_snr50: expected a number"),
            std::string::npos);
  EXPECT_NE(refusal(estimators(R"({"grid_bias_t2_free_s": -1})")).find("above 0"), std::string::npos);
  for (const char* range : {"[0.7]", "[0.7, 0.6]", "[0.7, 68]", "0.7"})
    EXPECT_NE(refusal(estimators(std::string(R"({"within_1_std": )") + range + "}")), "") << range;
  EXPECT_NE(refusal(estimators(R"({"sizes": [{"macs_per_voxel": 4500}]})")).find("sizes[0]"), std::string::npos);
  EXPECT_NE(refusal(estimators(R"({"sizes": [)" + size + ", " + size + "]}")).find("sizes[1].macs_per_voxel"),
            std::string::npos);
}

}  // namespace
}  // namespace crbrt::report
