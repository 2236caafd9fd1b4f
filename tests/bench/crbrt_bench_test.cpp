// SPDX-License-Identifier: Apache-2.0
/// crbrt-bench: what it writes, and that an engine which computes something else is not timed. No test looks at a clock.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/json.h"
#include "tests/support/run_program.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::tests {
namespace {

namespace fs = std::filesystem;
using base::Json;

constexpr const char* quick = " --networks w32 --repeats 1 --seconds 0 ";

/// A copy of the program in a folder of its own, where "openblas" is what `script` does.
std::string bench_with_script(const TemporaryFolder& folder, const std::string& script) {
  for (const char* name : {"crbrt-bench", "crbrt-bench-own"}) fs::copy_file(fs::path(CRBRT_BIN_DIR) / name, folder / name);
  const std::string peer = folder.file("crbrt-bench-openblas", "#!/bin/sh\n" + script);
  fs::permissions(peer, fs::perms::owner_all);
  return folder / "crbrt-bench";
}

std::string reason_of(const Json& report, const std::string& engine) {
  for (const Json& skipped : report.at("skipped").items())
    if (skipped.at("engine") == engine) return skipped.at("reason").text();
  return "";
}

TEST(CrbrtBench, WritesPeaksAndOneResultForEveryEngineAndBatch) {
  const TemporaryFolder folder;
  const Outcome outcome = run("crbrt-bench --peers eigen --batches 1,23,25 --json " + (folder / "out.json") + quick);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const Json report = Json::from_file(folder / "out.json");
  for (const char* key : {"fp32_gmacs", "i16_gmacs", "i8_gmacs"}) EXPECT_GT(report.at("peak").at(key).number(), 0) << key;
  ASSERT_EQ(report.at("results").size(), 3u * 3u) << report.at("skipped");
  for (const Json& result : report.at("results").items()) {
    EXPECT_EQ(result.at("network"), "w32");
    EXPECT_EQ(result.at("precision"), "f32");
    EXPECT_FALSE(result.at("isa").text().empty());
    EXPECT_GT(result.at("cycles_per_voxel").is_null() ? 1.0 : result.at("cycles_per_voxel").number(), 0);
    EXPECT_GT(result.at("share_of_peak").number(), 0);
    // 26 * 32 + 3 * 32 * 32 + 32 * 16 + 16 * 3 multiply-adds
    EXPECT_NEAR(result.at("gmacs").number() * 1e9 / result.at("voxels_per_s").number(), 4464, 1e-6);
    EXPECT_LE(result.at("difference").at("of_bound").number(), 1);
  }
}

TEST(CrbrtBench, TheSummaryIsOfTheResultsOfThisRun) {
  const TemporaryFolder folder;
  const Outcome outcome = run("crbrt-bench --peers eigen --batches 1,1024 --json " + (folder / "out.json") + quick);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const Json report = Json::from_file(folder / "out.json"), row = report.at("summary").at(0);
  const auto gmacs = [&](const std::string& engine) {
    for (const Json& result : report.at("results").items())
      if (result.at("engine") == engine && result.at("batch") == 1024) return result.at("gmacs").number();
    return 0.0;
  };
  EXPECT_EQ(row.at("network"), "w32");
  EXPECT_EQ(row.at("batch"), 1024);
  EXPECT_DOUBLE_EQ(row.at("float_by_best_peer").number(), gmacs("crbrt") / gmacs("eigen"));
  EXPECT_EQ(row.at("best_float_peer"), "eigen f32");
  EXPECT_TRUE(row.at("float_by_onednn").is_null());
  EXPECT_TRUE(row.at("integers").is_null());
  EXPECT_NE(outcome.text.find("| w32 | 1024 |"), std::string::npos) << outcome.text;
}

TEST(CrbrtBench, AModelBringsItsIntegerFormAndTheNoteSaysWhatItsShareIsOf) {
  const TemporaryFolder folder;
  const Outcome outcome = run("crbrt-bench --networks none --peers none --batches 1024 --repeats 1 --seconds 0 --model " +
                              std::string(CRBRT_SOURCE_DIR "/tests/golden/tiny_integer.crbm --json ") + (folder / "out.json"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const Json report = Json::from_file(folder / "out.json");
  ASSERT_EQ(report.at("results").size(), 4u) << report.at("skipped");
  const Json &floating = report.at("results").at(0), &integers = report.at("results").at(2);
  for (const std::size_t i : {1u, 3u}) EXPECT_EQ(report.at("results").at(i).at("engine"), "crbrt-features");
  EXPECT_EQ(floating.at("precision"), "f32");
  EXPECT_EQ(floating.at("note").text().find("8-bit"), std::string::npos);
  EXPECT_EQ(integers.at("precision"), "i8");
  EXPECT_NE(integers.at("note").text().find("share of the 8-bit peak"), std::string::npos);
  EXPECT_GT(integers.at("difference").at("rms").number(), floating.at("difference").at("rms").number())
      << "integers are not floats";
  EXPECT_EQ(report.at("summary").at(0).at("integers"), "i8");
}

TEST(CrbrtBench, AnEngineThatComputesSomethingElseIsNotTimed) {
  const TemporaryFolder folder;
  const std::string zeros = R"(
echo '{"version": "", "isa": "", "note": ""}'
while read verb argument; do
  case $verb in
    run) echo 0.001 ;;
    outputs) head -c 12 /dev/zero > "$argument"; echo ok ;;
    *) echo ok ;;
  esac
done
)";
  const Outcome outcome =
      run(bench_with_script(folder, zeros) + " --peers openblas --batches 1 --json " + (folder / "out.json") + quick);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const Json report = Json::from_file(folder / "out.json");
  EXPECT_EQ(report.at("results").size(), 2u);
  EXPECT_NE(reason_of(report, "openblas").find("what rounding explains"), std::string::npos) << report.at("skipped");
}

TEST(CrbrtBench, AnEngineThatDiesIsNamedAndTheOthersAreMeasured) {
  for (const char* script : {"exit 1\n", "echo '{\"version\": \"\", \"isa\": \"\", \"note\": \"\"}'\nread line\nexit 1\n"}) {
    const TemporaryFolder folder;
    const Outcome outcome =
        run(bench_with_script(folder, script) + " --peers openblas --batches 1,8 --json " + (folder / "out.json") + quick);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
    const Json report = Json::from_file(folder / "out.json");
    EXPECT_EQ(report.at("results").size(), 4u);
    EXPECT_NE(reason_of(report, "openblas").find("has ended"), std::string::npos) << report.at("skipped");
  }
}

TEST(CrbrtBench, AnEngineThatIsNotInstalledIsSkipped) {
  const TemporaryFolder folder;
  const std::string bench = bench_with_script(folder, "exit 1\n");
  const Outcome outcome = run(bench + " --peers xnnpack --batches 1 --json " + (folder / "out.json") + quick);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_EQ(reason_of(Json::from_file(folder / "out.json"), "xnnpack"), "not installed");
}

TEST(CrbrtBench, WrongCommandLinesAreUsageErrors) {
  for (const char* arguments : {"--networks w33", "--peers nobody", "--isa i386", "--batches 0", "--integer w32", "--fixed w32",
                                "--integer w99=m.crbm"}) {
    const Outcome outcome = run(std::string("crbrt-bench --networks w32 ") + arguments);
    EXPECT_EQ(outcome.exit_code, 2) << arguments << ": " << outcome.text;
  }
}

}  // namespace
}  // namespace crbrt::tests
