// SPDX-License-Identifier: Apache-2.0
// What crbrt-map writes: the runtime's own estimates, the same for every kind of input, with sidecars and numbers of the run.
#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "base/json.h"
#include "tests/e2e/map_fixture.h"
#include "tools/volume/status_value.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {
#define CRBRT_IMAGE_FORMAT(name) extern const ImageFormat name##_format;
#include "tools/volume/formats.inc"
#undef CRBRT_IMAGE_FORMAT
}  // namespace crbrt::volume

namespace crbrt::tests {
namespace {

TEST_F(MapProgram, WritesWhatTheRuntimeEstimates) {
  ASSERT_EQ(map(file("in.nii"), "out", "--isa scalar --mask " + file("mask.nii")).exit_code, 0);
  const std::vector<float> estimates =
      estimates_of(load(spec).program(), random_coefficients(n_voxel, n_coeff, 11), Isa::scalar);
  const char* const names[] = {"m0_semi_frac", "T1map", "T2map"};
  for (std::size_t output = 0; output < 3; ++output) {
    const std::vector<float> map_values = nifti_values<float>(file("out/") + names[output] + ".nii");
    ASSERT_EQ(map_values.size(), n_voxel);
    for (std::size_t v = 0; v < n_voxel; ++v) {
      EXPECT_EQ(map_values[v], mask[v] ? estimates[3 * v + output] : 0) << names[output] << " voxel " << v;
    }
  }
  const std::vector<std::uint8_t> status = nifti_values<std::uint8_t>(file("out/status.nii"));
  for (std::size_t v = 0; v < n_voxel; ++v) EXPECT_EQ(status[v] == 4, mask[v] == 0) << v;
}

TEST_F(MapProgram, WritesOneImageAndOneSidecarPerOutputAndNothingElse) {
  ASSERT_EQ(map(file("in.nii"), "out").exit_code, 0);
  EXPECT_EQ(listing(file("out")), (std::vector<std::string>{"T1map.json", "T1map.nii", "T2map.json", "T2map.nii",
                                                            "m0_semi_frac.json", "m0_semi_frac.nii", "status.json",
                                                            "status.nii", "status_detail.json", "status_detail.nii"}));
  ASSERT_EQ(map(file("in.nii"), "scalar", "--isa scalar").exit_code, 0);
  const auto sidecar = base::Json::from_file(file("scalar/T1map.json"));
  EXPECT_EQ(sidecar["InstructionSet"], "scalar");
  EXPECT_EQ(sidecar["Precision"], "f32");
  EXPECT_NE(sidecar["EstimationAlgorithm"].text().find("neural network"), std::string::npos);
  EXPECT_EQ(sidecar["EstimationReference"], "https://doi.org/10.1002/mrm.29206");
}

// The sidecar of the status says which output left its range, and status_detail in which voxels.
TEST_F(MapProgram, TheStatusNamesTheOutputOutsideItsRange) {
  ASSERT_EQ(map(file("in.nii"), "wide").exit_code, 0);
  fbs::ModelT narrow = make_model(spec);
  for (const std::size_t i : {1u, 2u}) {  // the middle half of the estimates
    auto estimates = nifti_values<float>(file(i == 1 ? "wide/T1map.nii" : "wide/T2map.nii"));
    std::sort(estimates.begin(), estimates.end());
    narrow.outputs[i]->minimum = estimates[n_voxel / 4];
    narrow.outputs[i]->maximum = estimates[3 * n_voxel / 4];
  }
  const std::vector<std::uint8_t> bytes = to_crbm(narrow);
  write_text(file("m.crbm"), {bytes.begin(), bytes.end()});
  ASSERT_EQ(map(file("in.nii"), "out").exit_code, 0);
  const auto status = nifti_values<std::uint8_t>(file("out/status.nii"));
  const auto detail = nifti_values<std::uint8_t>(file("out/status_detail.nii"));
  const auto sidecar = base::Json::from_file(file("out/status_detail.json"));
  std::vector<std::vector<float>> maps;
  std::vector<std::pair<double, double>> ranges;
  const std::vector<std::string> names{"m0_semi_frac", "T1map", "T2map"};
  for (const std::string& name : names) {
    maps.push_back(nifti_values<float>(file("out/" + name + ".nii")));
    const auto range = base::Json::from_file(file("out/" + name + ".json"))["ValidRange"];
    ranges.emplace_back(range.at(0).number(), range.at(1).number());
  }
  std::size_t n_flagged = 0;
  std::int32_t seen = 0;
  for (std::size_t v = 0; v < n_voxel; ++v) {
    std::int32_t bits = 0;
    for (std::size_t i = 0; i < maps.size(); ++i) {
      if (static_cast<double>(maps[i][v]) < ranges[i].first) bits |= 1 << (2 * i);
      if (static_cast<double>(maps[i][v]) > ranges[i].second) bits |= 2 << (2 * i);
    }
    EXPECT_EQ(detail[v], bits) << v;
    EXPECT_EQ(status[v], bits != 0 ? 3 : 0) << v;
    seen |= bits;
    n_flagged += bits != 0 ? 1u : 0u;
  }
  EXPECT_GT(n_flagged, 0u);
  EXPECT_LT(n_flagged, n_voxel);
  EXPECT_EQ(seen, 0b111100);  // each limit of both
  EXPECT_EQ(sidecar["Bits"]["4"].text().substr(0, 12), "T1map below ");
}

TEST_F(MapProgram, EveryKindOfInputGivesTheSameMapsBitForBit) {
  std::vector<float> stacked;
  for (const auto& value : values) stacked.push_back(value.real());
  for (const auto& value : values) stacked.push_back(value.imag());
  write_nifti1(file("stacked.nii"), {{6, 5, 4, 2 * n_coeff}, DT_FLOAT32, bytes_of(stacked)});
  gzip(file("in.nii"), file("packed.nii.gz"));
  write_cfl(file("bart.cfl"), {6, 5, 4, 1, 1, 1, n_coeff}, values);
  write_mat<float>(file("single.mat"), "x", {6, 5, 4, n_coeff}, values);
  write_mat<double>(file("double.mat"), "x", {6, 5, 4, n_coeff}, values);
  write_mat5<float>(file("five.mat"), {{"x", {6, 5, 4, n_coeff}, values}});
  write_mat5<double>(file("seven.mat"), {{"x", {6, 5, 4, n_coeff}, values}}, MatCompression::zlib);
  write_mat5<float>(file("stack.mat"), {{"x", {6, 5, 4, 2 * n_coeff}, Complexes(stacked.begin(), stacked.end())}});
  write_npy(file("numpy.npy"), {6, 5, 4, n_coeff}, values, NumpyOrder::own);
  write_ra(file("raw.ra"), {6, 5, 4, 1, 1, 1, n_coeff}, values);
  write_cfl(file("mask.cfl"), {6, 5, 4}, Complexes(mask.begin(), mask.end()));
  write_mat_real<std::uint8_t>(file("mask.mat"), "mask", {6, 5, 4}, mask);
  ASSERT_EQ(map(file("in.nii"), "out", "--mask " + file("mask.nii")).exit_code, 0);
  for (const char* input : {"stacked.nii", "packed.nii.gz", "bart.cfl", "bart.hdr", "bart", "raw.ra", "numpy.npy", "stack.mat",
                            "five.mat", "seven.mat:x", "single.mat:x", "double.mat:x"}) {
    for (const char* mask_file : {"mask.nii", "mask.cfl", "mask.mat:mask"}) {
      const Outcome outcome = map(file(input), "other", "--like " + file("in.nii") + " --mask " + file(mask_file));
      EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
      EXPECT_EQ(images("other"), images("out")) << input << ' ' << mask_file;
    }
  }
}

TEST_F(MapProgram, ThreadsChangeNothing) {
  ASSERT_EQ(map(file("in.nii"), "one").exit_code, 0);
  ASSERT_EQ(map(file("in.nii"), "three", "--threads 3").exit_code, 0);
  EXPECT_EQ(images("one"), images("three"));
}

TEST_F(MapProgram, TwoDimensionalInputEqualsASingleSlice) {
  write_nifti1(file("flat.nii"), {{30, 4, n_coeff}, DT_COMPLEX64, bytes_of(values)});
  write_nifti1(file("slice.nii"), {{30, 4, 1, n_coeff}, DT_COMPLEX64, bytes_of(values)});
  write_nifti1(file("vector.nii"), {{30, 4, 1, 1, n_coeff}, DT_COMPLEX64, bytes_of(values)});
  write_nifti1(file("flat_mask.nii"), {{30, 4}, DT_UINT8, bytes_of(mask)});
  write_nifti1(file("slice_mask.nii"), {{30, 4, 1, 1}, DT_UINT8, bytes_of(mask)});
  ASSERT_EQ(map(file("flat.nii"), "flat", "--mask " + file("flat_mask.nii")).exit_code, 0);
  for (const char* input : {"flat.nii", "slice.nii", "vector.nii"}) {
    ASSERT_EQ(map(file(input), "other", "--mask " + file("slice_mask.nii")).exit_code, 0) << input;
    EXPECT_EQ(images("other"), images("flat")) << input;
  }
}

TEST_F(MapProgram, NanInfiniteAndZeroVoxelsAreFlaggedAndCountedAndTheRestIsDone) {
  ASSERT_EQ(map(file("in.nii"), "clean").exit_code, 0);
  values[7] = {std::numeric_limits<float>::quiet_NaN(), 0};
  values[n_voxel + 8] = {0, std::numeric_limits<float>::infinity()};
  for (std::uint32_t k = 0; k < n_coeff; ++k) values[k * n_voxel + 9] = 0;
  write_nifti1(file("in.nii"), {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(values)});
  const Outcome outcome = map(file("in.nii"), "out", "--stats " + file("stats.json"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("non_finite 2, zero_signal 1"), std::string::npos) << outcome.text;
  const auto status = nifti_values<std::uint8_t>(file("out/status.nii"));
  EXPECT_EQ((std::vector<int>{status[7], status[8], status[9]}), (std::vector<int>{1, 1, 2}));
  const auto clean = nifti_values<float>(file("clean/T1map.nii")), flagged = nifti_values<float>(file("out/T1map.nii"));
  for (std::size_t v = 0; v < n_voxel; ++v) EXPECT_EQ(flagged[v], v >= 7 && v <= 9 ? 0 : clean[v]) << v;
  ASSERT_EQ(map(file("in.nii"), "filled", "--fill nan --mask " + file("mask.nii")).exit_code, 0);
  const auto filled = nifti_values<float>(file("filled/T1map.nii"));
  for (std::size_t v = 0; v < n_voxel; ++v) {
    if (mask[v] == 0 || (v >= 7 && v <= 9))
      EXPECT_TRUE(std::isnan(filled[v])) << v;
    else
      EXPECT_EQ(filled[v], clean[v]) << v;
  }
  const auto counts = base::Json::from_file(file("stats.json"))["status"];
  EXPECT_EQ(counts["non_finite"], 2);
  EXPECT_EQ(counts["zero_signal"], 1);
}

TEST_F(MapProgram, StatsHoldEveryKey) {
  ASSERT_EQ(map(file("in.nii"), "out", "--isa scalar --threads 2 --mask " + file("mask.nii") + " --stats " + file("s.json"))
                .exit_code,
            0);
  const auto stats = base::Json::from_file(file("s.json"));
  EXPECT_EQ(stats["voxels"], std::count(mask.begin(), mask.end(), 1));
  EXPECT_EQ(stats["threads"], 2);
  EXPECT_EQ(stats["isa"], "scalar");
  EXPECT_EQ(stats["precision"], "f32");
  EXPECT_EQ(stats["model"], spec.name);
  EXPECT_EQ(stats["macs_per_voxel"], load(spec).program().macs_per_voxel);
  EXPECT_GT(stats["peak_rss_bytes"].integer(), 1000000);
  ASSERT_EQ(stats["warnings"].size(), 1u);  // nothing says which basis it is
  EXPECT_NE(stats["warnings"].at(0).text().find("in which basis"), std::string::npos);
  double parts_s = 0;
  for (const char* key : {"read_s", "kernel_s", "write_s"}) {
    EXPECT_GT(stats[key].number(), 0) << key;
    parts_s += stats[key].number();
  }
  EXPECT_LE(parts_s, stats["total_s"].number());
  std::uint64_t all = 0;
  for (const volume::StatusText& status : volume::status_texts)
    all += static_cast<std::uint64_t>(stats["status"][status.name].integer());
  EXPECT_EQ(all, n_voxel);
  EXPECT_EQ(stats["status"]["not_computed"], std::count(mask.begin(), mask.end(), 0));
}

TEST_F(MapProgram, SidecarsNameModelBasisVersionAndCommand) {
  write_crbm(file("same_basis.crbm"), spec);
  ASSERT_EQ(map(file("in.nii"), "out", "--basis " + file("same_basis.crbm")).exit_code, 0);
  const Model model = load(spec);
  const auto json = base::Json::from_file(file("out/T1map.json"));
  EXPECT_EQ(json["OutputName"], "t1_apparent_s");
  EXPECT_EQ(json["Units"], "s");
  EXPECT_EQ(json["ModelSHA256"], model.info().content_sha256);
  EXPECT_EQ(json["BasisSHA256"], model.info().basis_sha256);
  EXPECT_EQ(json["BasisVerified"], true);
  EXPECT_EQ(json["GeneratedBy"].at(0)["Version"], CRBRT_VERSION_STRING);
  EXPECT_EQ(json["CommandLine"], "crbrt-map --model m.crbm --input in.nii --out out --basis same_basis.crbm");
  EXPECT_EQ(json["Sources"], base::Json::array({"in.nii"}));
}

TEST_F(MapProgram, AnUnknownBasisIsAWarningAndStandsInTheSidecar) {
  const Outcome outcome = map(file("in.nii"), "out");
  ASSERT_EQ(outcome.exit_code, 0);
  EXPECT_NE(outcome.text.find("crbrt-map: warning: " + file("in.nii")), std::string::npos) << outcome.text;
  EXPECT_EQ(base::Json::from_file(file("out/status.json"))["BasisVerified"], "unknown");
}

TEST_F(MapProgram, CompressedMapsReplaceTheExtension) {
  ASSERT_EQ(map(file("in.nii"), "out", "--compress").exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(file("out/T1map.nii.gz")));
  EXPECT_FALSE(std::filesystem::exists(file("out/T1map.nii")));
}

#define CRBRT_IMAGE_FORMAT(name) &volume::name##_format,
const volume::ImageFormat* const image_formats[] = {
#include "tools/volume/formats.inc"
};
#undef CRBRT_IMAGE_FORMAT

/// The text as one line with single spaces: --help breaks its lines anywhere.
std::string in_one_line(const std::string& text) {
  std::istringstream words(text);
  std::string line;
  for (std::string word; words >> word;) line += (line.empty() ? "" : " ") + word;
  return line;
}

TEST_F(MapProgram, HelpAndTheErrorForAnUnknownFileNameEveryFormatOfImages) {
  write_text(file("notes.txt"), "no image");
  const std::string help = in_one_line(run("crbrt-map --help").text), error = map(file("notes.txt"), "out").text;
  EXPECT_NE(help.find("BART x.cfl"), std::string::npos) << help;
  for (const volume::ImageFormat* format : image_formats) {
    EXPECT_FALSE(format->phrase.empty());
    EXPECT_NE(help.find(format->phrase), std::string::npos) << format->phrase << " in " << help;
    EXPECT_NE(error.find(format->phrase), std::string::npos) << format->phrase << " in " << error;
  }
}

TEST_F(MapProgram, HelpListsTheExitCodes) {
  const Outcome outcome = run("crbrt-map --help");
  EXPECT_EQ(outcome.exit_code, 0);
  for (const char* text :
       {"--model", "--input", "--mask", "--like", "--basis", "--stats", "--threads", "Exit codes", "  5  "}) {
    EXPECT_NE(outcome.text.find(text), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace crbrt::tests
