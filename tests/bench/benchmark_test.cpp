// SPDX-License-Identifier: Apache-2.0
/// What crbrt-benchmark makes of what it measured: accuracies, exponents, the page, and the comparison of two runs.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/json.h"
#include "bench/benchmark/accuracy.h"
#include "bench/benchmark/chart.h"
#include "bench/benchmark/figures.h"
#include "bench/benchmark/page.h"
#include "bench/benchmark/scaling.h"
#include "bench/benchmark/timing.h"
#include "tests/support/run_program.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::bench {
namespace {

using base::Json;

TEST(Accuracy, SplitsErrorsIntoBiasAndSpreadInUnitsOfTheBound) {
  // Two realisations with errors 5 and 1: mean 3, variance 8 (N - 1), bias^2 = 9 - 8 / 2 = 5, mean square 13.
  Eigen::ArrayXXd truth(1, 1), bound(1, 1), values(1, 2);
  truth << 10;
  bound << 4;
  values << 15, 11;
  const Yardstick yardstick{truth, bound, Eigen::ArrayXd::Constant(1, 100), 2};
  const Json json = accuracy_json({"t1"}, values, yardstick)["t1"];
  EXPECT_DOUBLE_EQ(json["total"].number(), std::sqrt(13.0 / 4));
  EXPECT_DOUBLE_EQ(json["bias"].number(), std::sqrt(5.0 / 4));
  EXPECT_DOUBLE_EQ(json["spread"].number(), std::sqrt(8.0 / 4));
  EXPECT_DOUBLE_EQ(json["median"].number(), std::sqrt((25.0 / 4 + 1.0 / 4) / 2));
}

TEST(Accuracy, LeavesOutFingerprintsOfWhichTheDataTellLessThanThePrior) {
  Eigen::ArrayXXd truth(1, 2), bound(1, 2), values(1, 4);
  truth << 0, 0;
  bound << 1, 9;
  values << 1, -1, 50, 50;
  const Json json = accuracy_json({"t1"}, values, {truth, bound, Eigen::ArrayXd::Constant(1, 9), 2});
  EXPECT_EQ(json["t1"]["fingerprints"].number(), 1);
  EXPECT_EQ(json["t1"]["far"].number(), 0);
  EXPECT_DOUBLE_EQ(json["t1"]["total"].number(), 1);
  values(0, 1) = 6;
  EXPECT_EQ(accuracy_json({"t1"}, values, {truth, bound, Eigen::ArrayXd::Constant(1, 9), 2})["t1"]["far"].number(), 0.5);
  const Json none = accuracy_json({"t1"}, values, {truth, bound, Eigen::ArrayXd::Constant(1, 0.5), 2});
  EXPECT_TRUE(none["all"]["total"].is_null());
}

// Bounds of 4 and 100 for a prior variance of 9: the second fingerprint does not count. Differences of 0.2 and -4 are 0.1 and 2
// of the bound's root.
TEST(Agreement, IsCountedInRootsOfTheBoundWhereTheDataTellMoreThanThePrior) {
  const Eigen::ArrayXXd values{{1.2, 2, 50, 60}}, others{{1, 6, 0, 0}};
  const Yardstick yardstick{Eigen::ArrayXXd::Zero(1, 2), Eigen::ArrayXXd{{4, 100}}, Eigen::ArrayXd::Constant(1, 9), 2};
  const Json json = agreement_json({"t1"}, values, others, yardstick)["t1"];
  EXPECT_EQ(json["voxels"].number(), 2);
  EXPECT_DOUBLE_EQ(json["within"].number(), 0.5);
  EXPECT_NEAR(json["root"].number(), std::sqrt((0.01 + 4) / 2), 1e-12);
}

TEST(Scaling, TheExponentOfAPowerLawIsFound) {
  std::vector<std::pair<double, double>> points;
  for (const double x : {3.0, 20.0, 700.0}) points.emplace_back(x, 5 * std::pow(x, 0.7));
  EXPECT_NEAR(fitted_exponent(points), 0.7, 1e-12);
}

TEST(Training, ThroughputIsTheDifferenceOfALongRunAndAShortOne) {
  const tests::TemporaryFolder folder;
  const std::string start = R"({"model": "m", "fingerprints": 1000, "runs": [{"epochs": 2, "processor_s": 3})";
  const std::string path = folder.file("a.json", start + R"(, {"epochs": 12, "processor_s": 3.5},
      {"epochs": 2, "processor_s": 3}, {"epochs": 12, "processor_s": 3.7}]})");
  const Json json = training_throughput(path);
  // 10,000 fingerprints in 0.5 and in 0.7 s.
  EXPECT_NEAR(json["us_per_fingerprint"].number(), 60, 1e-9);
  EXPECT_NEAR(json["fingerprints_per_s"].number(), (20000 + 1e4 / 0.7) / 2, 1e-6);
  for (const char* rest : {"]}", R"(, {"epochs": 2, "processor_s": 4}]})", R"(, {"epochs": 9, "processor_s": 3}]})"})
    EXPECT_THROW(training_throughput(folder.file("b.json", start + rest)), base::InputError) << rest;
}

TEST(Timing, StandsAsMedianBesideItsQuartiles) {
  Json json;
  add_timing(json, "ms", {5, 1, 2, 4, 3}, 10);
  EXPECT_EQ(json["ms"].number(), 30);
  EXPECT_EQ(json["ms_quartiles"].numbers(), (std::vector<double>{20, 40}));
}

TEST(BenchmarkPage, AFigureNamesItsKeyAndAnAbsentOneIsADash) {
  const Json json{{"a", {{"b", 1234.5}}}};
  EXPECT_EQ(figure(json, "a.b"), "<span title=\"a.b\">1,234</span>");
  EXPECT_EQ(figure(json, "a.c"), "<span title=\"a.c\">-</span>");
  EXPECT_EQ(digits(0.0234567), "0.0235");
  EXPECT_EQ(digits(4.2e9), "4.20e+09");
}

/// One estimator at one SNR.
Json small_document(double ms) {
  Json json{{"program", "crbrt-benchmark"}, {"version", "1"}, {"machine", {{"processor", "<b>"}, {"isa", "avx2"}}}};
  json["settings"] = Json{{"seed", 1}};
  json["estimators"]["nlls_cold"] = Json{{"configuration", "as it is"}};
  json["nlls"] = Json{{"cold_ms", ms}, {"cold_ms_quartiles", Json::array({ms * 0.99, ms * 1.01})}};
  json["time"]["nlls_cold"]["snr50"]["us_per_voxel"] = ms * 1000;
  json["accuracy"]["nlls_cold"]["snr50"]["all"] =
      Json{{"total", 1.25}, {"bias", 0.5}, {"spread", 1}, {"median", 0.7}, {"total_standard_error", 0.1}};
  json["skipped"] = Json::array({"the moon"});
  return json;
}

TEST(BenchmarkPage, HoldsChartsTablesAndWhatWasLeftOutAndNeedsNoOtherFile) {
  const std::string page = benchmark_page(small_document(60), "x.json");
  for (const char* part :
       {"<svg", "nlls_cold: total 1.25, bias 0.5, spread 1, median 0.7, 60,000 us (accuracy.nlls_cold.snr50.all)",
        "title=\"nlls.cold_ms\">60<", "the moon", "&lt;b&gt;"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
  for (const char* part : {"http:", "https:", "<script", "src="}) EXPECT_EQ(page.find(part), std::string::npos) << part;
}

TEST(BenchmarkPage, RefusesAnotherDocument) {
  EXPECT_THROW(benchmark_page(Json{{"program", "crbrt-bench"}}, "x.json"), base::InputError);
}

/// Exit code of bench/compare.py, -1 without Python.
tests::Outcome compare(const std::string& arguments) {
  return tests::run("python3 " CRBRT_SOURCE_DIR "/bench/compare.py " + arguments);
}

TEST(BenchmarkComparison, TellsChangesFromNoiseByItsExitCode) {
  const tests::TemporaryFolder folder;
  const std::string a = folder.file("a.json", small_document(60).dump()),
                    near = folder.file("b.json", small_document(61).dump()),
                    far = folder.file("c.json", small_document(90).dump());
  EXPECT_EQ(compare(a + " " + a).exit_code, 0);
  EXPECT_EQ(compare(a + " " + near).exit_code, 0) << "the quartiles meet";
  const tests::Outcome slower = compare(a + " " + far);
  EXPECT_EQ(slower.exit_code, 1);
  EXPECT_NE(slower.text.find("nlls.cold_ms: 60 -> 90, 1.500 times"), std::string::npos) << slower.text;
  Json worse = small_document(60);
  worse["accuracy"]["nlls_cold"]["snr50"]["all"]["total"] = 1.3;
  EXPECT_EQ(compare(a + " " + folder.file("d.json", worse.dump())).exit_code, 1) << "the same voxels have another error";
  worse["settings"]["seed"] = 2;
  EXPECT_EQ(compare(a + " " + folder.file("e.json", worse.dump())).exit_code, 0) << "other voxels: within the standard errors";
}

TEST(BenchmarkComparison, RefusesWhatIsNoBenchmark) {
  const tests::TemporaryFolder folder;
  const std::string a = folder.file("a.json", small_document(60).dump());
  EXPECT_EQ(compare(a).exit_code, 2);
  EXPECT_EQ(compare(a + " " + folder.file("b.json", "{}")).exit_code, 3);
  EXPECT_EQ(compare(a + " " + (folder / "absent.json")).exit_code, 3);
}

}  // namespace
}  // namespace crbrt::bench
