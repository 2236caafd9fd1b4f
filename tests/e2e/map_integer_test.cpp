// SPDX-License-Identifier: Apache-2.0
// crbrt-map --precision integer, from crbrt-codegen's model to maps: one set of bytes on every instruction set, as far from the
// float maps as the model file says, and files that tell which form made them.
#include <cmath>
#include <filesystem>
#include <limits>

#include "base/json.h"
#include "tests/e2e/map_fixture.h"
#include "tests/support/runnable_isas.h"

namespace crbrt::tests {
namespace {

using base::Json;

/// The image holds the very voxels that the model carries as its sample.
class MapInteger : public MapProgram {
 protected:
  static constexpr std::size_t n = 10 * 4 * 3;

  /// m.crbm becomes the spec with an integer form, in.nii its sample; there are no maps yet.
  void make(ModelSpec with, const std::string& precision) {
    for (const char* maps : {"scalar", "out"}) std::filesystem::remove_all(file(maps));
    with.n_test_voxel = n;
    write_crbm(file("float.crbm"), with);
    const Outcome made = run("crbrt-codegen --model " + file("float.crbm") + " --precision " + precision + " --out " +
                             file("code") + " --save-model " + file("m.crbm"));
    ASSERT_EQ(made.exit_code, 0) << made.text;
    ASSERT_EQ(load_model_file(file("m.crbm").c_str(), model).status, Status::ok);
    rows = model.info().test_coefficients;
    write_rows(with.n_coeff);
  }

  void write_rows(std::uint32_t rank) const {
    Complexes image;
    for (std::uint32_t k = 0; k < rank; ++k)
      for (std::size_t v = 0; v < n; ++v) image.emplace_back(rows[v * 2 * rank + k], rows[v * 2 * rank + rank + k]);
    write_nifti1(file("in.nii"), {{10, 4, 3, rank}, DT_COMPLEX64, bytes_of(image)});
  }

  /// Name and bytes of every image of a folder.
  std::string all_images(const std::string& out) const {
    std::string all;
    for (const std::string& name : listing(file(out)))
      if (name.ends_with(".nii")) all += name + content_of(file(out + "/" + name));
    return all;
  }

  std::vector<float> read(const std::string& map_file) const { return nifti_values<float>(file(map_file)); }

  Model model;
  std::vector<float> rows;
};

// Standard deviations and atypicality come from integers as well: uncertain. Every kind of operation: tiny_integer.
TEST_F(MapInteger, EveryInstructionSetGivesTheSameImagesBitForBit) {
  IsaRecord record;
  for (const ModelSpec& with : {uncertain_spec(), tiny_integer_spec()})
    for (const char* precision : {"i8", "i16"}) {
      ASSERT_NO_FATAL_FAILURE(make(with, precision));
      const std::string sigma = with.uncertainty ? " --sigma 0.05" : "";
      ASSERT_EQ(map(file("in.nii"), "scalar", "--precision integer --isa scalar" + sigma).exit_code, 0);
      const std::string expected = all_images("scalar");
      EXPECT_EQ(expected.find("T2map_std.nii") != std::string::npos, with.uncertainty);
      for (const Isa isa : runnable_isas()) {
        const std::string asked = "--precision integer --isa " + std::string(name(isa)) + " --stats " + file("s.json") + sigma;
        ASSERT_EQ(map(file("in.nii"), "out", asked).exit_code, 0);
        EXPECT_EQ(Json::from_file(file("s.json"))["isa"], name(isa));
        EXPECT_TRUE(all_images("out") == expected) << with.name << ", " << precision << " on " << name(isa);
        record.ran(isa);
      }
    }
  record.expect_scalar_and_best();
}

TEST_F(MapInteger, WritesWhatTheIntegerProgramEstimates) {
  ASSERT_NO_FATAL_FAILURE(make(plain_spec(), "i8"));
  ASSERT_EQ(map(file("in.nii"), "out", "--precision integer").exit_code, 0);
  const std::vector<float> estimates = estimates_of(*model.integer_program(), rows, Isa::scalar);
  const char* const names[] = {"m0_semi_frac", "T1map", "T2map"};
  for (std::size_t output = 0; output < 3; ++output) {
    const std::vector<float> found = read("out/" + std::string(names[output]) + ".nii");
    ASSERT_EQ(found.size(), n);
    for (std::size_t v = 0; v < n; ++v) EXPECT_EQ(found[v], estimates[3 * v + output]) << names[output] << " voxel " << v;
  }
  ASSERT_EQ(map(file("in.nii"), "older_name", "--precision fixed").exit_code, 0);
  EXPECT_TRUE(all_images("older_name") == all_images("out"));
}

/// Root mean square of (integer - float) over the spread of the float map, as the model file counts it.
double relative_rms(const std::vector<float>& integers, const std::vector<float>& floating) {
  double mean = 0, spread = 0, difference = 0;
  for (const float value : floating) mean += double{value} / static_cast<double>(floating.size());
  for (std::size_t v = 0; v < floating.size(); ++v) {
    spread += (floating[v] - mean) * (floating[v] - mean);
    difference += (double{integers[v]} - floating[v]) * (double{integers[v]} - floating[v]);
  }
  return std::sqrt(difference / spread);
}

// The sample is the image, so the cost that crbrt-codegen wrote into the file is the distance of these maps: the same floats,
// summed in double in another order, 120 terms (1e-12 leaves room for a thousand times their rounding).
// How large it may be: s16 use at least 2^13 of their 2^14 steps, and a requantisation rounds with a deviation of at most 0.41
// steps; features spread over a quarter of their range, so each of three layers adds 0.41 / 2^11 = 2e-4 of its spread at most,
// twice that with rounded weights: 3 layers give 7e-4 in root mean square. 8 bits have steps 64 times as large.
TEST_F(MapInteger, MapsAreAsFarFromFloatAsTheModelSays) {
  for (const char* precision : {"i8", "i16"}) {
    ASSERT_NO_FATAL_FAILURE(make(plain_spec(), precision));
    ASSERT_EQ(map(file("in.nii"), "out", "--precision integer").exit_code, 0);
    ASSERT_EQ(map(file("in.nii"), "float", "--precision f32").exit_code, 0);
    double largest = 0;
    for (const char* name : {"/m0_semi_frac.nii", "/T1map.nii", "/T2map.nii"})
      largest = std::max(largest, relative_rms(read(std::string("out") + name), read(std::string("float") + name)));
    RecordProperty(std::string("relative_rms_") + precision, std::to_string(largest));
    EXPECT_GT(largest, 0) << "the float form ran";
    EXPECT_NEAR(largest, model.info().integers.relative_rms, 1e-12);
    EXPECT_LT(largest, precision == std::string("i16") ? 7e-4 : 64 * 7e-4) << precision;
  }
}

TEST_F(MapInteger, WithoutPrecisionTheFloatFormRuns) {
  ASSERT_NO_FATAL_FAILURE(make(plain_spec(), "i8"));
  ASSERT_EQ(map(file("in.nii"), "out").exit_code, 0);
  ASSERT_EQ(run("crbrt-map --model " + file("float.crbm") + " --input " + file("in.nii") + " --out " + file("float")).exit_code,
            0);
  EXPECT_TRUE(all_images("out") == all_images("float"));
}

TEST_F(MapInteger, SidecarsAndStatsTellWhichFormRan) {
  ASSERT_NO_FATAL_FAILURE(make(plain_spec(), "i8"));
  ASSERT_EQ(map(file("in.nii"), "out", "--precision integer --stats " + file("s.json")).exit_code, 0);
  EXPECT_EQ(Json::from_file(file("s.json"))["precision"], "integer");
  const Json sidecar = Json::from_file(file("out/T1map.json"));
  EXPECT_EQ(sidecar["ModelSHA256"], model.info().content_sha256);
  EXPECT_NE(sidecar["CommandLine"].text().find("--precision integer"), std::string::npos);
}

TEST_F(MapInteger, AVoxelThatIsNotANumberIsFlaggedAndTheRestIsDone) {
  ASSERT_NO_FATAL_FAILURE(make(plain_spec(), "i8"));
  ASSERT_EQ(map(file("in.nii"), "clean", "--precision integer").exit_code, 0);
  rows[7 * 2 * n_coeff] = std::numeric_limits<float>::quiet_NaN();
  write_rows(n_coeff);
  const Outcome outcome = map(file("in.nii"), "out", "--precision integer");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("non_finite 1"), std::string::npos) << outcome.text;
  const auto status = nifti_values<std::uint8_t>(file("out/status.nii"));
  const auto clean_status = nifti_values<std::uint8_t>(file("clean/status.nii"));
  const std::vector<float> clean = read("clean/T1map.nii"), flagged = read("out/T1map.nii");
  for (std::size_t v = 0; v < n; ++v) {
    EXPECT_EQ(status[v], v == 7 ? 1 : clean_status[v]) << v;
    EXPECT_EQ(flagged[v], v == 7 ? 0 : clean[v]) << v;
  }
}

}  // namespace
}  // namespace crbrt::tests
