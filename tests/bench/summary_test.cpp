// SPDX-License-Identifier: Apache-2.0
/// The summary of a run, from results made by hand: which of them it takes, their ratios, and goals.
#include <gtest/gtest.h>

#include "base/error.h"
#include "bench/speed/report.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::bench {
namespace {

constexpr double macs_per_voxel = 16096;
constexpr WholeBrain brain{1.737e6, macs_per_voxel, 50};

Result result(const std::string& engine, const std::string& precision, std::size_t batch, double gmacs, double share = 0.5) {
  Result r;
  r.network = "w64";
  r.kind = {engine, precision, "avx2", {}};
  r.label.isa = "avx2";
  r.batch = batch;
  r.gmacs = gmacs;
  r.voxels_per_s = gmacs * 1e9 / macs_per_voxel;
  r.share_of_peak = share;
  return r;
}

/// Numbers whose ratios no two others of the report give.
Report full_report() {
  Report report;
  report.isa = "avx2";
  report.measured.results = {result("crbrt", "f32", 1, 11),          result("crbrt", "mixed", 1, 13),
                             result("crbrt", "i16", 1, 17),          result("onnxruntime", "f32", 1, 0.5),
                             result("crbrt", "f32", 4096, 45, 0.9),  result("crbrt", "f32", 1024, 40),
                             result("crbrt", "i16", 4096, 60, 0.7),  result("crbrt", "mixed", 4096, 90),
                             result("crbrt", "mixed", 1024, 99),     result("onednn", "f32", 4096, 36),
                             result("onnxruntime", "f32", 4096, 25), result("eigen", "f32", 4096, 37.5),
                             result("onednn", "i8", 4096, 50),       result("onnxruntime", "i8-qlinear", 4096, 30),
                             result("onednn", "f32", 1024, 39),      result("xnnpack", "f32", 65536, 80)};
  return report;
}

/// Of the largest batch.
SummaryRow last_row(const Report& report) {
  const std::vector<SummaryRow> rows = summary_rows(report);
  EXPECT_EQ(rows.size(), 2u);
  return rows.empty() ? SummaryRow{} : rows.back();
}

std::string line_with(const std::string& text, const std::string& part) {
  const std::size_t at = text.find(part);
  if (at == std::string::npos) return "";
  const std::size_t start = text.rfind('\n', at) + 1;
  return text.substr(start, text.find('\n', at) - start);
}

TEST(Summary, EveryLargeBatchAtWhichTheRuntimeWasMeasuredHasARowOfItsOwn) {
  const Report report = full_report();
  const std::vector<SummaryRow> rows = summary_rows(report);
  ASSERT_EQ(rows.size(), 2u);  // not 1, and not 65536, where only a peer was measured
  EXPECT_EQ(rows[0].floating->batch, 1024u);
  EXPECT_EQ(speedup(rows[0].floating, rows[0].onednn), 40.0 / 39);
  EXPECT_EQ(rows[1].floating->batch, 4096u);
}

TEST(Summary, BestPeersKeepToTheInstructionSet) {
  Report report = full_report();
  report.measured.results[11].label.isa = "its own choice";         // eigen, f32, 4096
  EXPECT_EQ(last_row(report).best_float_peer->kind.name, "eigen");  // the CPU has nothing more to choose
  report.has_more = true;
  EXPECT_EQ(last_row(report).best_float_peer->kind.name, "onednn");
}

TEST(Summary, RatiosAreOfTheSameBatch) {
  const Report report = full_report();
  const SummaryRow row = last_row(report);
  ASSERT_NE(row.floating, nullptr);
  EXPECT_EQ(row.floating->batch, 4096u);
  EXPECT_EQ(speedup(row.floating, row.onednn), 45.0 / 36);
  EXPECT_EQ(speedup(row.floating, row.onnxruntime), 45.0 / 25);
  ASSERT_NE(row.best_float_peer, nullptr);
  EXPECT_EQ(row.best_float_peer->kind.name, "eigen");
  EXPECT_EQ(speedup(row.floating, row.best_float_peer), 45.0 / 37.5);
}

TEST(Summary, IntegersAreTheFastestFormAgainstOurFloatAndTheFastestIntegerPeer) {
  const Report report = full_report();
  const SummaryRow row = last_row(report);
  ASSERT_NE(row.integers, nullptr);
  EXPECT_EQ(row.integers->kind.precision, "mixed");
  EXPECT_EQ(speedup(row.integers, row.floating), 90.0 / 45);
  ASSERT_NE(row.best_integer_peer, nullptr);
  EXPECT_EQ(row.best_integer_peer->kind.name, "onednn");
  EXPECT_EQ(row.best_integer_peer->kind.precision, "i8");
  EXPECT_EQ(speedup(row.integers, row.best_integer_peer), 90.0 / 50);
}

TEST(Summary, OneVoxelACallIsOfTheSameIntegerForm) {
  const Report report = full_report();
  const SummaryRow row = last_row(report);
  ASSERT_NE(row.one_integer, nullptr);
  EXPECT_EQ(row.one_integer->gmacs, 13);  // mixed; i16 is faster here, but not at the batch that chose
  EXPECT_EQ(speedup(row.one_floating, row.one_onnxruntime), 11 / 0.5);
}

/// Ours from features are no peer, and stand beside the peers that start there.
TEST(Summary, OneVoxelACallIsHeldAgainstTheBestPeerFromCoefficientsAndFromFeatures) {
  Report report = full_report();
  for (const Result& r : {result("crbrt-features", "f32", 1, 16), result("xnnpack", "f32", 1, 8),
                          result("onednn", "i8", 1, 6.5), result("crbrt-features", "f32", 4096, 1000)})
    report.measured.results.push_back(r);
  const SummaryRow row = last_row(report);
  ASSERT_NE(row.best_float_peer, nullptr);
  EXPECT_EQ(row.best_float_peer->kind.name, "eigen");
  const auto number = [&](const std::string& key) {
    for (const SummaryNumber& n : numbers_of(row, std::nullopt))
      if (n.key == key) return n.value.value_or(0);
    return 0.0;
  };
  EXPECT_EQ(number("one_voxel_float_by_best_peer"), 11.0 / 8);
  EXPECT_EQ(number("one_voxel_features_by_best_peer"), 16.0 / 8);
  EXPECT_EQ(number("one_voxel_integers_by_best_peer"), 13 / 6.5);
}

TEST(Summary, FewVoxelsACallHaveATableOfTheirOwn) {
  Report report = full_report();
  for (const Result& r :
       {result("crbrt-features", "f32", 1, 16), result("xnnpack", "f32", 1, 8), result("onednn", "i8", 1, 8.5)})
    report.measured.results.push_back(r);
  // 16,096 multiply-adds at 11, 16, 8, 17 and 8.5 G a second.
  EXPECT_EQ(line_with(few_voxels_text(report), "| w64 | 1 |"),
            "| w64 | 1 | 1.46 us | 1.01 us | 2.01 us (xnnpack, f32) | 1.38 | 2.00 | 0.95 us | 1.89 us (onednn, i8) | 2.00 |");
  EXPECT_EQ(few_voxels_text(report).find("4096"), std::string::npos);
  report.measured.results = {result("crbrt", "f32", 1024, 40)};
  EXPECT_EQ(few_voxels_text(report), "");
}

TEST(Summary, TheTableShowsEveryNumberOfARow) {
  Report report = full_report();
  report.measured.results[7].difference.rms = 0.00123;  // crbrt, mixed, 4096
  report.measured.results[12].difference.rms = 0.0456;  // onednn, i8, 4096
  const std::string text = summary_text(report);
  // 16,096 multiply-adds at 11 and 13 G a second take 1.46 and 1.24 us.
  EXPECT_EQ(
      line_with(text, "| w64 | 4096 |"),
      "| w64 | 4096 | 45.0 | 90 % | 1.25 | 1.80 | 1.20 (eigen) | mixed | 2.00 | 1.80 (onednn i8) | 1.2e-03, 4.6e-02 | 1.46 us "
      "| 1.24 us | 22.00 |");
  EXPECT_NE(text.find("not at the same accuracy"), std::string::npos);
  report.measured.results[7].difference.rms = 0.05;
  EXPECT_NE(summary_text(report).find("| 5.0e-02, 4.6e-02 (ours is further off) |"), std::string::npos);
}

TEST(Summary, WhatWasNotMeasuredIsADash) {
  Report report;
  report.isa = "avx2";
  report.measured.results = {result("crbrt", "f32", 64, 30), result("onednn", "i8", 64, 20)};
  EXPECT_EQ(line_with(summary_text(report), "| w64 |"), "| w64 | - | - | - | - | - | - | - | - | - | -, - | - | - | - |");
  report.measured.results = {result("crbrt", "f32", 1024, 40), result("onednn", "i8", 1024, 20)};
  EXPECT_EQ(line_with(summary_text(report), "| w64 |"),
            "| w64 | 1024 | 40.0 | 50 % | - | - | - | - | - | - (onednn i8) | -, 0.0e+00 | - | - | - |");
  report.measured.results.clear();
  EXPECT_EQ(summary_text(report), "");
}

TEST(Summary, OtherInstructionSetsOfTheRuntimeStayOut) {
  Report report = full_report();
  Result other = result("crbrt", "f32", 65536, 70);
  other.kind.isa = "avx512";
  report.measured.results.push_back(other);
  EXPECT_EQ(last_row(report).floating->batch, 4096u);
}

TEST(Summary, APeerThatChoosesItsInstructionSetIsNamed) {
  Report report = full_report();
  EXPECT_EQ(summary_text(report).find("is not held to"), std::string::npos);
  report.measured.results[10].label.isa = "its own choice";  // onnxruntime, f32, 4096
  EXPECT_EQ(line_with(summary_text(report), "is not held to"), "- onnxruntime, f32, is not held to avx2: its own choice.");
}

TEST(Summary, TheWholeBrainIsScaledToAPeakOf50) {
  Report report = full_report();
  const SummaryRow row = last_row(report);
  // 45 G are 90 % of a peak of 50: nothing to scale.
  EXPECT_NEAR(*whole_brain_seconds(row, row.floating, brain), 1.737e6 * macs_per_voxel / 45e9, 1e-12);
  EXPECT_NEAR(*whole_brain_seconds(row, row.integers, brain), 1.737e6 * macs_per_voxel / 90e9, 1e-12);
  EXPECT_EQ(summary_text(report).find("brain"), std::string::npos) << "without goals";
  report.goals.whole_brain = brain;
  EXPECT_NE(
      summary_text(report).find("1.737 million voxels, by the kernels of w64 at batch 4096 on a core whose FMA peak is 50 G: "
                                "0.621 s in float, 0.311 s in mixed."),
      std::string::npos)
      << summary_text(report);
}

TEST(Summary, ACoreOfTwiceThePeakMustTakeHalfTheTime) {
  Report report = full_report();
  for (Result& r : report.measured.results)
    if (r.batch == 4096) r.gmacs *= 2, r.voxels_per_s *= 2;  // the shares stay as they are
  const SummaryRow row = last_row(report);
  EXPECT_NEAR(*whole_brain_seconds(row, row.floating, brain), 1.737e6 * macs_per_voxel / 45e9, 1e-12);
  EXPECT_NEAR(*whole_brain_seconds(row, row.integers, brain), 1.737e6 * macs_per_voxel / 90e9, 1e-12);
}

TEST(Summary, ANetworkOfAnotherSizeSaysNothingOfTheBrain) {
  Report report = full_report();
  report.goals.whole_brain = brain;
  for (Result& r : report.measured.results) r.voxels_per_s /= 2;  // twice the multiply-adds a voxel
  const SummaryRow row = last_row(report);
  EXPECT_FALSE(whole_brain_seconds(row, row.floating, brain).has_value());
  EXPECT_EQ(summary_text(report).find("brain"), std::string::npos);
}

TEST(Summary, EveryNetworkHasARowInTheOrderOfTheRun) {
  Report report = full_report();
  Result other = result("crbrt", "f32", 1024, 30);
  other.network = "w32";
  report.measured.results.insert(report.measured.results.begin(), other);
  const std::vector<SummaryRow> rows = summary_rows(report);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].network, "w32");
  EXPECT_EQ(rows[0].onednn, nullptr);
  EXPECT_EQ(rows[1].network, "w64");
  EXPECT_EQ(rows[2].network, "w64");
}

/// Of "pass", "fail" or "not measured" for one goal of w64, batch by batch.
std::vector<std::string> verdicts(const Report& report, const std::string& number, double value) {
  SpeedGoals goals{brain, {{"w64", number, value}}};
  std::vector<std::string> all;
  for (const JudgedSpeed& j : judged(goals, summary_rows(report))) all.emplace_back(j.verdict());
  return all;
}

TEST(Summary, AGoalIsJudgedAtEveryBatchTimesFromAboveAndAllElseFromBelow) {
  const Report report = full_report();
  using Verdicts = std::vector<std::string>;
  EXPECT_EQ(verdicts(report, "share_of_fma_peak", 0.9), (Verdicts{"fail", "pass"}));  // 0.5 and 0.9
  EXPECT_EQ(verdicts(report, "float_by_onednn", 1.25), (Verdicts{"fail", "pass"}));   // 1.03 and 1.25
  EXPECT_EQ(verdicts(report, "float_by_onednn", 1.26), (Verdicts{"fail", "fail"}));
  EXPECT_EQ(verdicts(report, "one_voxel_float_us", 1.47), (Verdicts{"pass", "pass"}));  // 1.463 us
  EXPECT_EQ(verdicts(report, "one_voxel_float_us", 1.46), (Verdicts{"fail", "fail"}));
  EXPECT_EQ(verdicts(report, "whole_brain_float_s", 0.63), (Verdicts{"fail", "pass"}));  // 1.118 and 0.621 s
  EXPECT_EQ(verdicts(report, "float_by_onnxruntime", 1), (Verdicts{"not measured", "pass"}));
  SpeedGoals elsewhere{std::nullopt, {{"w128", "share_of_fma_peak", 0.9}}};
  EXPECT_STREQ(judged(elsewhere, summary_rows(report)).at(0).verdict(), "not measured");
}

TEST(Summary, GoalsAreSpokenOfOnlyWhereThereAreSome) {
  Report report = full_report();
  for (const char* word : {"goal", "Goal", "asked", "reach"})
    EXPECT_EQ(summary_text(report).find(word), std::string::npos) << word;
  report.goals.numbers = {{"w64", "integers_by_float", 1.8}};
  EXPECT_EQ(line_with(summary_text(report), "| integers_by_float |").substr(0, 15), "| w64 | 1024 | ") << summary_text(report);
  EXPECT_NE(summary_text(report).find("| w64 | 4096 | integers_by_float | >= 1.8 | 2 | pass |"), std::string::npos);
}

std::string refusal(const std::string& text) {
  const tests::TemporaryFolder folder;
  try {
    read_speed_goals(folder.file("goals.json", text));
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

TEST(SpeedGoals, AreReadWithTheirNames) {
  const tests::TemporaryFolder folder;
  const SpeedGoals goals = read_speed_goals(folder.file("goals.json", R"({"kind": "crbrt-goals", "estimators": {}, "speed": {
      "whole_brain": {"voxels": 1e6, "macs_per_voxel": 16000, "peak_gmacs": 50},
      "networks": {"w32": {"share_of_fma_peak": 0.85}, "paper": {"one_voxel_float_us": 3}}}})"));
  ASSERT_EQ(goals.numbers.size(), 2u);
  EXPECT_EQ(goals.numbers[1].network + ' ' + goals.numbers[1].number, "w32 share_of_fma_peak");
  EXPECT_TRUE(goals.numbers[0].is_limit());
  EXPECT_EQ(goals.whole_brain->n_voxel, 1e6);
}

TEST(SpeedGoals, WhatIsNoneIsRefusedWithItsPlace) {
  const auto speed = [](const std::string& inside) { return R"({"kind": "crbrt-goals", "speed": )" + inside + "}"; };
  EXPECT_NE(refusal("[").find("JSON"), std::string::npos);
  EXPECT_NE(refusal(R"({"speed": {}})").find("crbrt-goals"), std::string::npos);
  EXPECT_NE(refusal(R"({"kind": "crbrt-goals"})").find("speed"), std::string::npos);
  EXPECT_NE(refusal(speed(R"({"network": {}})")).find("networks"), std::string::npos);
  EXPECT_NE(refusal(speed(R"({"networks": {"w32": {"share_of_peak": 1}}})")).find("share_of_fma_peak"), std::string::npos);
  EXPECT_NE(refusal(speed(R"({"networks": {"w32": {"share_of_fma_peak": "1"}}})")).find("speed.networks.w32.share_of_fma_peak"),
            std::string::npos);
  EXPECT_NE(refusal(speed(R"({"networks": {"w32": {"share_of_fma_peak": 0}}})")).find("above 0"), std::string::npos);
  EXPECT_NE(refusal(speed(R"({"whole_brain": {"voxels": 1}})")).find("macs_per_voxel"), std::string::npos);
}

TEST(SpeedGoals, OursAreReadable) {
  const SpeedGoals goals = read_speed_goals(CRBRT_SOURCE_DIR "/docs/experiments/goals.json");
  EXPECT_TRUE(goals.whole_brain.has_value());
  EXPECT_FALSE(goals.numbers.empty());
}

}  // namespace
}  // namespace crbrt::bench
