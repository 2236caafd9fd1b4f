/// The table of numbers to reach, from results made by hand: which of them it takes, and their ratios.
#include <gtest/gtest.h>

#include "bench/speed/report.h"

namespace crbrt::bench {
namespace {

constexpr double macs_per_voxel = 16096;

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
  ASSERT_NE(row.fixed, nullptr);
  EXPECT_EQ(row.fixed->kind.precision, "mixed");
  EXPECT_EQ(speedup(row.fixed, row.floating), 90.0 / 45);
  ASSERT_NE(row.best_integer_peer, nullptr);
  EXPECT_EQ(row.best_integer_peer->kind.name, "onednn");
  EXPECT_EQ(row.best_integer_peer->kind.precision, "i8");
  EXPECT_EQ(speedup(row.fixed, row.best_integer_peer), 90.0 / 50);
}

TEST(Summary, OneVoxelACallIsOfTheSameIntegerForm) {
  const Report report = full_report();
  const SummaryRow row = last_row(report);
  ASSERT_NE(row.one_fixed, nullptr);
  EXPECT_EQ(row.one_fixed->gmacs, 13);  // mixed; i16 is faster here, but not at the batch that chose
  EXPECT_EQ(speedup(row.one_floating, row.one_onnxruntime), 11 / 0.5);
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
  const Report report = full_report();
  const SummaryRow row = last_row(report);
  // 45 G are 90 % of a peak of 50: nothing to scale.
  EXPECT_NEAR(*demo_brain_seconds(row, row.floating), 1.737e6 * macs_per_voxel / 45e9, 1e-12);
  EXPECT_NEAR(*demo_brain_seconds(row, row.fixed), 1.737e6 * macs_per_voxel / 90e9, 1e-12);
  EXPECT_NE(summary_text(report).find("0.621 s in float, 0.311 s in mixed."), std::string::npos) << summary_text(report);
}

TEST(Summary, ACoreOfTwiceThePeakMustTakeHalfTheTime) {
  Report report = full_report();
  for (Result& r : report.measured.results)
    if (r.batch == 4096) r.gmacs *= 2, r.voxels_per_s *= 2;  // the shares stay as they are
  const SummaryRow row = last_row(report);
  EXPECT_NEAR(*demo_brain_seconds(row, row.floating), 1.737e6 * macs_per_voxel / 45e9, 1e-12);
  EXPECT_NEAR(*demo_brain_seconds(row, row.fixed), 1.737e6 * macs_per_voxel / 90e9, 1e-12);
}

TEST(Summary, ANetworkOfAnotherSizeSaysNothingOfTheBrain) {
  Report report = full_report();
  for (Result& r : report.measured.results) r.voxels_per_s /= 2;  // twice the multiply-adds a voxel
  const SummaryRow row = last_row(report);
  EXPECT_FALSE(demo_brain_seconds(row, row.floating).has_value());
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

}  // namespace
}  // namespace crbrt::bench
