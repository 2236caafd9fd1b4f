// SPDX-License-Identifier: Apache-2.0
// Every bad input ends with its exit code and one line that names the file, and leaves existing outputs alone.
#include <gtest/gtest.h>

#include "tests/e2e/short_sequence.h"
#include "tests/support/refusal.h"
#include "tests/support/replaced.h"

namespace crbrt::tests {
namespace {

class SimulateBadInput : public testing::Test {
 protected:
  /// The old output is still there, nothing else was left, and the text is one line that holds all parts.
  void expect_failure(const std::string& arguments, int exit_code, const std::vector<std::string>& parts) {
    const std::string out = folder_.file("out.h5", "precious");
    const std::size_t n_before = folder_.count();
    const Outcome outcome = run("crbrt-simulate --out " + out + " " + arguments);
    expect_refusal(outcome, exit_code, parts);
    EXPECT_EQ(content_of(out), "precious");
    EXPECT_EQ(folder_.count(), n_before) << "something was left behind";
  }

  TemporaryFolder folder_;
  const std::string sequence_ = "--sequence " + short_sequence(folder_) + " ";
  const std::string tissues_ = "--tissues " + example_tissues + " ";
  const std::string prior_ = "--prior " + example_prior + " ";
};

TEST_F(SimulateBadInput, MissingFiles) {
  expect_failure("--sequence no.json " + tissues_, 3, {"no.json: expected ", "found No such file"});
  expect_failure("--sequence no.mat --tr 3.5e-3 " + tissues_, 3, {"no.mat: expected ", "found No such file"});
  expect_failure(sequence_ + "--tissues no.csv", 3, {"no.csv: expected ", "found No such file"});
  expect_failure(sequence_ + "--prior no.json --count 9 --rank 3", 3, {"no.json: expected ", "found No such file"});
  expect_failure(sequence_ + tissues_ + "--basis no.h5", 3, {"no.h5: expected ", "found No such file"});
  expect_failure(sequence_ + tissues_ + "--basis no.crbm", 3, {"no.crbm: expected a model"});
}

TEST_F(SimulateBadInput, TruncatedFiles) {
  const std::string text = content_of(example_sequence);
  const std::string cut = folder_.file("cut.json", text.substr(0, text.size() / 2));
  expect_failure("--sequence " + cut + " " + tissues_, 3, {cut, "expected JSON", "found a syntax error at byte"});
  const std::string set = folder_ / "set.h5";
  ASSERT_EQ(run("crbrt-simulate " + sequence_ + prior_ + "--count 20 --rank 9 --out " + set).exit_code, 0);
  const std::string cut_set = folder_.file("cut.h5", content_of(set).substr(0, 5000));
  expect_failure(sequence_ + tissues_ + "--basis " + cut_set, 3,
                 {cut_set, "expected an HDF5 file", "found one that is cut off"});
  const std::string junk = folder_.file("junk.crbm", "not a model");
  expect_failure(sequence_ + tissues_ + "--basis " + junk, 3, {junk, "expected a model"});
}

TEST_F(SimulateBadInput, ZeroTrAndAlphaOfTheWrongLength) {
  const std::string zero = folder_.file("zero.json", R"({"tr_s": 0, "alpha_rad": [3, 1], "trf_s": [5e-4, 1e-4]})");
  expect_failure("--sequence " + zero + " " + tissues_, 3, {zero, "expected TR > 0", "found 0"});
  expect_failure(sequence_ + "--tr 0 " + tissues_, 3, {"short.json", "expected tr_s"});
  const std::string lengths =
      folder_.file("lengths.json", R"({"tr_s": 0.0035, "alpha_rad": [3, 1, 1], "trf_s": [5e-4, 1e-4]})");
  expect_failure("--sequence " + lengths + " " + tissues_, 3, {lengths, "expected as many", "found 3 and 2"});
}

TEST_F(SimulateBadInput, NegativeParameters) {
  std::string text = content_of(example_tissues);
  text.replace(text.find("13.0"), 4, "-13");
  const std::string path = folder_.file("negative.csv", text);
  expect_failure(sequence_ + "--tissues " + path, 3, {path + ", line 2, column r2_free_hz", "expected", "(-13)"});
}

TEST_F(SimulateBadInput, FlipAnglesForWhichTheLinearRateDoesNotExist) {
  const std::string steep = short_sequence(folder_, 40, 6);
  expect_failure("--sequence " + steep + " " + tissues_, 3, {steep, "expected balanced pulses", "found", "R2sl"});
  expect_failure("--sequence " + steep + " " + prior_ + "--count 9 --rank 3", 3,
                 {steep, "expected balanced pulses", "found", "R2sl"});
}

TEST_F(SimulateBadInput, ABasisOfAnotherSequenceIsADisagreement) {
  const std::string set = folder_ / "set.h5";
  ASSERT_EQ(run("crbrt-simulate " + sequence_ + prior_ + "--count 20 --rank 9 --out " + set).exit_code, 0);
  expect_failure("--sequence " + example_sequence + " " + tissues_ + "--basis " + set, 4,
                 {set, "expected", "20 frames", "found 120"});
  expect_failure(sequence_ + tissues_ + "--basis " + set + " --rank 10", 3, {set, "expected at least 10", "found 9"});
}

TEST_F(SimulateBadInput, APriorWithoutAUsableTissue) {
  // Next to no free pool in both classes.
  std::string text = content_of(example_prior);
  for (std::size_t at = text.find("\"m0_semi_frac\""); at != std::string::npos; at = text.find("\"m0_semi_frac\"", at + 1))
    text.replace(at, text.find('}', at) - at, R"("m0_semi_frac": {"kind": "fixed", "value": 0.99999999)");
  const std::string path = folder_.file("dark.json", text);
  const Outcome outcome =
      run("crbrt-simulate " + sequence_ + "--prior " + path + " --count 20 --rank 9 --out " + (folder_ / "o.h5"));
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_NE(outcome.text.find(path + ": expected tissues with a signal and finite bounds, found none in 20 draws"),
            std::string::npos)
      << outcome.text;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "o.h5.partial"));
}

TEST_F(SimulateBadInput, AFailedRunLeavesNothingThatRefusesTheNextOne) {
  const std::string out = folder_ / "o.h5", common = "crbrt-simulate " + sequence_ + "--count 20 --out " + out + " --prior ";
  const std::string percent =
      folder_.file("p.json", replaced(content_of(example_prior), R"("mean": 1.8, "std": 0.4, "min": 0.5, "max": 4)",
                                      R"("mean": 1800, "std": 400, "min": 500, "max": 4000)"));
  expect_refusal(run(common + percent + " --rank 9"), 3, {percent, "t1_free_s", "found 1800 s (ms instead of s?)"});
  EXPECT_EQ(run(common + example_prior + " --rank 999").exit_code, 2);  // found out when the basis is made
  EXPECT_FALSE(std::filesystem::exists(out + ".partial"));
  // What a run of another prior left that was killed before its basis was done.
  std::filesystem::create_directory(out + ".partial");
  folder_.file("o.h5.partial/arguments.json", "{}");
  const Outcome outcome = run(common + example_prior + " --rank 9");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
}

TEST_F(SimulateBadInput, OptionsOfDrawsBesideATissueListAreUsage) {
  for (const std::string option : {"--count 5", "--seed 0", "--shard 0/1"})
    expect_failure(sequence_ + tissues_ + option, 2, {option.substr(0, option.find(' ')) + " goes with --prior"});
}

TEST_F(SimulateBadInput, AWrongCommandLineIsUsage) {
  expect_failure(sequence_, 2, {"expected either --tissues, --prior or --from"});
  expect_failure(sequence_ + tissues_ + prior_, 2, {"expected either --tissues, --prior or --from"});
  expect_failure(tissues_, 2, {"--sequence"});
  expect_failure(sequence_ + tissues_ + "--t1 both", 2, {"--t1"});
  expect_failure(sequence_ + tissues_ + "--rank 3", 2, {"--rank needs --basis"});
  expect_failure(sequence_ + prior_ + "--rank 3", 2, {"--count"});
  expect_failure(sequence_ + prior_ + "--count 9", 2, {"--rank"});
  expect_failure(sequence_ + prior_ + "--count 9 --rank 3 --shard 2/2", 2, {"--shard", "2/2"});
  expect_failure(sequence_ + prior_ + "--count 9 --rank 3 --shard -1/2", 2, {"--shard"});
  expect_failure(sequence_ + tissues_ + "--colour", 2, {"--colour"});
}

TEST_F(SimulateBadInput, HelpListsTheExitCodes) {
  const Outcome outcome = run("crbrt-simulate --help");
  EXPECT_EQ(outcome.exit_code, 0);
  for (const char* part : {"--sequence", "--shard", "Exit codes:", "  5  "})
    EXPECT_NE(outcome.text.find(part), std::string::npos) << part;
}

TEST_F(SimulateBadInput, OutputsThatCannotBeWritten) {
  const std::string plain = folder_.file("plain", "x");
  for (const std::string& mode : {tissues_, prior_ + "--count 9 --rank 3 "}) {
    for (const std::string& out : {folder_ / "no/out.h5", plain + "/out.h5", std::string("/dev/full"), folder_ / ""}) {
      const Outcome outcome = run("crbrt-simulate " + sequence_ + mode + "--out " + out);
      EXPECT_EQ(outcome.exit_code, 5) << outcome.text;
      EXPECT_NE(outcome.text.find(out + ": cannot be written: "), std::string::npos) << outcome.text;
    }
  }
  EXPECT_EQ(content_of(plain), "x");
  EXPECT_EQ(folder_.count(), 2u) << "something was left behind";
}

// ulimit -f stops a file's growth with an error, as a full disk does: here after 20 kB, in the middle of the output.
TEST_F(SimulateBadInput, AFullDiskLeavesTheOldOutput) {
  const std::string out = folder_.file("out.h5", "precious");
  for (const std::string& mode : {tissues_ + "--derivatives ", prior_ + "--count 400 --rank 9 "}) {
    const Outcome outcome = run("ulimit -f 40; crbrt-simulate " + sequence_ + mode + "--out " + out);
    expect_refusal(outcome, 5, {"cannot be written: File too large"});
    EXPECT_EQ(content_of(out), "precious");
  }
}

}  // namespace
}  // namespace crbrt::tests
