// SPDX-License-Identifier: Apache-2.0
// Every bad input of crbrt-fit ends with its exit code and one line that names the file, and leaves existing maps alone.
#include <filesystem>

#include "base/json.h"
#include "tests/e2e/fit_fixture.h"
#include "tests/support/refusal.h"
#include "tests/support/replaced.h"

namespace crbrt::tests {
namespace {

class FitBadInput : public FitProgram {
 protected:
  FitBadInput() {
    std::filesystem::create_directory(file("out"));
    write_text(file("out/T1map.nii"), "precious");
    write_text(file("out/T1map.json"), R"({"OutputName": "t1_apparent_s", "GeneratedBy": [{"Name": "crbrt-fit"}]})");
  }

  /// One line with all parts, the exit code, and the folder of maps as it was.
  void expect_failure(const Outcome& outcome, int exit_code, const std::vector<std::string>& parts) {
    expect_refusal(outcome, exit_code, parts);
    EXPECT_EQ(content_of(file("out/T1map.nii")), "precious");
    EXPECT_EQ(listing(file("out")), (std::vector<std::string>{"T1map.json", "T1map.nii"})) << "something was left behind";
  }

  Outcome fit_with(const std::string& sequence, const std::string& basis, const std::string& more = "") {
    return run("crbrt-fit --input " + file("in.nii") + " --sequence " + sequence + " --basis " + basis + " --out " +
               file("out") + " " + more);
  }
};

TEST_F(FitBadInput, AWrongCommandLine) {
  expect_failure(run("crbrt-fit --input " + file("in.nii") + " --basis b --out " + file("out")), 2, {"--sequence"});
  expect_failure(run("crbrt-fit --input " + file("in.nii") + " --sequence s --out " + file("out")), 2, {"--basis"});
  expect_failure(fit("out", "--t1 both"), 2, {"--t1"});
  expect_failure(fit("out", "--wanted m0_semi_frac,colour"), 2, {"--wanted", "colour"});
  expect_failure(fit("out", "--map-prior"), 2, {"--map-prior", "--sigma"});
  expect_failure(fit("out", "--starts 0"), 2, {"--starts"});
  expect_failure(fit("out", "--voxels 0"), 2, {"--voxels"});
  expect_failure(fit("out", "--sigma -1"), 2, {"--sigma"});
}

TEST_F(FitBadInput, MissingFiles) {
  expect_failure(fit_with(file("none.json"), file("basis.mat:U")), 3, {"none.json: expected ", "found No such file"});
  expect_failure(fit_with(file("s.json"), file("none.mat:U")), 3, {"none.mat", "expected ", "found No such file"});
  expect_failure(fit("out", "--prior " + file("none.json")), 3, {"none.json: expected ", "found No such file"});
  expect_failure(fit("out", "--mask " + file("none.nii")), 3, {"none.nii: expected "});
  std::filesystem::remove(file("in.nii"));
  expect_failure(fit("out"), 3, {"in.nii: expected "});
}

TEST_F(FitBadInput, ATruncatedInput) {
  cut(file("in.nii"), 1);
  expect_failure(fit("out"), 3, {"in.nii: expected 1504 bytes, found 1503 bytes"});
}

TEST_F(FitBadInput, ARankThatIsNotTheInputs) {
  expect_failure(fit("out", "--rank 11"), 4, {"in.nii: expected 11 coefficients per voxel", "found 12"});
}

TEST_F(FitBadInput, ARankTooLowToFitWith) {
  expect_failure(fit("out", "--rank 4"), 4, {"basis.mat:U: expected at least 5 columns", "apparent", "found 4"});
  expect_failure(fit("out", "--rank 5 --t1 separate"), 4, {"expected at least 6 columns", "separate", "found 5"});
}

TEST_F(FitBadInput, ABasisOfAnotherSequence) {
  physics::Sequence longer = short_sequence();
  longer.cycles[0].alpha_rad.push_back(0.5);
  longer.cycles[0].trf_s.push_back(2e-4);
  write_text(file("longer.json"), json_of(longer));
  expect_failure(fit_with(file("longer.json"), file("basis.mat:U")), 4, {"basis.mat:U: expected", "161 frames", "found 160"});
}

TEST_F(FitBadInput, AnInputOfAnotherBasis) {
  write_text(file("in.json"), R"({"basis_sha256": "0123"})");
  expect_failure(fit("out"), 4, {"in.json: expected the basis of ", "found 0123"});
}

TEST_F(FitBadInput, PulsesForWhichTheLinearRateDoesNotExist) {
  physics::Sequence steep = short_sequence();
  steep.cycles[0].alpha_rad[5] = 6;
  write_text(file("steep.json"), json_of(steep));
  expect_failure(fit_with(file("steep.json"), file("basis.mat:U")), 3, {"steep.json: expected balanced pulses", "R2sl"});
}

TEST_F(FitBadInput, APriorWithoutARange) {
  std::string text = content_of(CRBRT_SOURCE_DIR "/models/priors/paper.json");
  const std::size_t at = text.find("\"b1_rel\"");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, text.find('}', at) + 1 - at, R"("b1_rel": {"kind": "uniform", "min": 1, "max": 1})");
  write_text(file("narrow.json"), text);
  expect_failure(fit("out", "--prior " + file("narrow.json")), 3, {"narrow.json: class main, b1_rel: expected a width"});
}

TEST_F(FitBadInput, APriorInAnotherUnit) {
  write_text(file("ms.json"), replaced(content_of(CRBRT_SOURCE_DIR "/models/priors/paper.json"),
                                       R"("mean": 1.6, "std": 0.8, "min": 0.1, "max": 10)",
                                       R"("mean": 1600, "std": 800, "min": 100, "max": 10000)"));
  expect_failure(fit("out", "--prior " + file("ms.json")), 3,
                 {"ms.json", "t1_apparent_s from 0.01 to 100 s, found 1600 s (ms instead of s?)"});
}

TEST_F(FitBadInput, APriorAtWhoseBoundsMostVoxelsEndIsWarnedOf) {
  write_text(file("short.json"), replaced(content_of(CRBRT_SOURCE_DIR "/models/priors/paper.json"),
                                          R"("mean": 1.6, "std": 0.8, "min": 0.1, "max": 10)",
                                          R"("mean": 0.12, "std": 0.05, "min": 0.1, "max": 0.2)"));
  const std::string arguments = "--starts 1 --prior " + file("short.json");
  const Outcome warned = fit("warned", arguments);
  EXPECT_EQ(warned.exit_code, 0) << warned.text;
  EXPECT_NE(warned.text.find("warning: " + file("short.json") + ": "), std::string::npos) << warned.text;
  EXPECT_NE(warned.text.find(" of 12 voxels ended at a bound of the prior, most of them with "), std::string::npos)
      << warned.text;
  EXPECT_GE(
      base::Json::from_file(file("warned/status_detail.json"))["Counts"]["r1_free_hz at its lower bound, 5 1/s"].integer(), 7);
  const Outcome strict = fit("out", arguments + " --strict");
  EXPECT_EQ(strict.exit_code, 4) << strict.text;
  EXPECT_EQ(content_of(file("out/T1map.nii")), "precious");
}

TEST_F(FitBadInput, AMaskOfAnotherShapeAndAnEmptyOne) {
  write_nifti1(file("mask.nii"), {{3, 4, 1}, DT_UINT8, bytes_of(mask)});
  expect_failure(fit("out", "--mask " + file("mask.nii")), 3, {"mask.nii: expected a mask of 4x3x1, found 3x4x1"});
  write_nifti1(file("mask.nii"), {{4, 3, 1}, DT_UINT8, std::vector<std::byte>(12)});
  expect_failure(fit("out", "--mask " + file("mask.nii")), 3, {"mask.nii: expected at least one voxel in the mask"});
}

TEST_F(FitBadInput, OutputsThatCannotBeWritten) {
  write_text(file("plain"), "a file");
  expect_failure(fit("plain/maps"), 5, {"plain/maps: cannot be written"});
  expect_failure(fit("out", "--stats " + file("plain/s.json")), 5, {"plain: cannot be written: Not a directory"});
  expect_failure(run("ulimit -f 0; crbrt-fit --input " + file("in.nii") + " --sequence " + file("s.json") + " --basis " +
                     file("basis.mat:U") + " --voxels 1 --starts 1 --screened 50 --out " + file("out")),
                 5, {"cannot be written"});
}

TEST_F(FitBadInput, HelpListsTheExitCodes) {
  const Outcome outcome = run("crbrt-fit --help");
  EXPECT_EQ(outcome.exit_code, 0);
  for (const char* part : {"--sequence", "--starts", "Exit codes:", "  5  "})
    EXPECT_NE(outcome.text.find(part), std::string::npos) << part;
}

TEST_F(FitBadInput, StartMapsOfAnotherGridModelOrUnitAreRefused) {
  ASSERT_EQ(fit("maps", "--voxels 2").exit_code, 0);
  const auto refused = [&](int exit_code, const std::vector<std::string>& words) {
    expect_failure(fit("out", "--start-maps " + file("maps")), exit_code, words);
  };
  const std::string sidecar = file("maps/T1map.json"), kept = content_of(sidecar);
  base::Json json = base::Json::from_file(sidecar);
  json["SequenceSHA256"] = "0123456789abcdef";
  write_text(sidecar, json.dump());
  refused(4, {"T1map.json", "SequenceSHA256", "0123456789ab"});
  json = base::Json::parse(kept, "kept");
  json["Units"] = "furlong";
  write_text(sidecar, json.dump());
  refused(3, {"T1map.json", "Units", "furlong"});
  write_text(sidecar, kept);
  write_nifti1(file("maps/T1map.nii"), {{5, 3, 1}, DT_FLOAT32, bytes_of(std::vector<float>(15))});
  refused(3, {"T1map.nii", "4x3x1", "5x3x1"});
  std::filesystem::remove_all(file("maps"));
  std::filesystem::create_directory(file("maps"));
  refused(3, {"maps", "at least one unknown"});
}

}  // namespace
}  // namespace crbrt::tests
