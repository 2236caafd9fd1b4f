// SPDX-License-Identifier: Apache-2.0
// crbrt-compare on maps that somebody masked, converted or compressed: what it counts, what it says and what it refuses.
#include <cmath>
#include <limits>

#include "base/json.h"
#include "base/median.h"
#include "tests/e2e/map_fixture.h"
#include "tools/volume/image_values.h"

namespace crbrt::tests {
namespace {

class CompareProgram : public MapProgram {
 protected:
  CompareProgram() { EXPECT_EQ(map(file("in.nii"), "a").exit_code, 0); }

  Outcome compare(const std::string& maps, const std::string& reference, const std::string& more = "") const {
    return run("crbrt-compare --maps " + file(maps) + " --reference " + file(reference) + " --json " + file("c.json") + " " +
               more);
  }
  base::Json compared(const std::string& map) const { return base::Json::from_file(file("c.json"))["maps"][map]; }
  /// A copy of the maps in `a`, in which T1map is replaced.
  void copy_with_t1(const std::string& out, const std::vector<float>& t1) const {
    std::filesystem::copy(file("a"), file(out));
    write_nifti1(file(out + "/T1map.nii"), {{6, 5, 4}, DT_FLOAT32, bytes_of(t1)});
  }
  std::vector<float> t1() const { return nifti_values<float>(file("a/T1map.nii")); }
  static void expect_said(const Outcome& outcome, int exit_code, const std::string& part) {
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.text;
    EXPECT_NE(outcome.text.find(part), std::string::npos) << part << ": " << outcome.text;
  }
};

/// One slice of 12x12 voxels, of which a mask marks the half with the larger third coefficients.
class WhiteMatterOfMaps : public CompareProgram {
 protected:
  static constexpr std::size_t width = 12, n = width * width;

  WhiteMatterOfMaps() {
    slice = Complexes(n * n_coeff, {0.5f, 0.1f});
    for (std::size_t v = 0; v < n; ++v) {
      slice[v] = {1, 0.01f * static_cast<float>(v % 7)};
      slice[2 * n + v] = {static_cast<float>(v % width < width / 2 ? 1 : 0) + 0.001f * static_cast<float>(v), 0};
      half.push_back(v % width < width / 2);
    }
    write_nifti1(file("slice.nii"), {{width, width, 1, n_coeff}, DT_COMPLEX64, bytes_of(slice)});
    write_nifti1(file("half.nii"), {{width, width, 1}, DT_UINT8, bytes_of(half)});
    EXPECT_EQ(map(file("slice.nii"), "whole").exit_code, 0);
  }
  Complexes slice;
  std::vector<std::uint8_t> half;
};

TEST_F(WhiteMatterOfMaps, HoldsNoVoxelThatWasNotEstimated) {
  const std::vector<float> t1 = nifti_values<float>(file("whole/T1map.nii"));
  std::vector<std::pair<float, std::size_t>> ratio;  // of the voxels that are estimated and three away from the edge
  for (std::size_t v = 0; v < n; ++v)
    if (half[v] != 0 && v % width >= 3 && v / width >= 3 && v / width < width - 3)
      ratio.emplace_back(std::abs(slice[2 * n + v]) / std::abs(slice[v]), v);
  std::sort(ratio.begin(), ratio.end());
  ASSERT_EQ(ratio.size(), 18u);
  std::vector<double> lowest;
  for (std::size_t i = 0; i < 6; ++i) lowest.push_back(static_cast<double>(t1[ratio[i].second]));
  for (const std::string fill : {"0", "nan"}) {
    ASSERT_EQ(map(file("slice.nii"), "half" + fill, "--mask " + file("half.nii") + " --fill " + fill).exit_code, 0);
    const Outcome outcome = compare("half" + fill, "whole", "--coefficients " + file("slice.nii"));
    ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
    EXPECT_EQ(base::Json::from_file(file("c.json"))["white_matter_voxels"], 6);
    EXPECT_EQ(compared("T1map")["white_matter_median"].number(), base::median(lowest)) << fill;
  }
}

TEST_F(WhiteMatterOfMaps, OfNoVoxelIsADashAndSaidOnce) {
  const Outcome asked = compare("a", "a", "--coefficients " + file("in.nii")), not_asked = compare("a", "a");
  expect_said(asked, 0, "warning: " + file("in.nii") + ": no voxel is left for the medians in white matter");
  EXPECT_EQ(asked.text.find("warning"), asked.text.rfind("warning"));
  EXPECT_EQ(compared("T1map").find("white_matter_median"), nullptr);
  for (const Outcome& outcome : {asked, not_asked}) expect_said(outcome, 0, "0.00%              -              -\n");
}

TEST_F(WhiteMatterOfMaps, NeedsAThirdCoefficient) {
  for (const std::size_t n_plane : {1, 2}) {
    const Complexes planes(slice.begin(), slice.begin() + static_cast<std::ptrdiff_t>(n * n_plane));
    write_nifti1(file("few.nii"), {{width, width, 1, n_plane}, DT_COMPLEX64, bytes_of(planes)});
    expect_said(compare("whole", "whole", "--coefficients " + file("few.nii")), 4,
                "few.nii: expected at least 3 coefficients per voxel to find white matter by the third, found " +
                    std::to_string(n_plane));
  }
}

TEST_F(CompareProgram, VoxelsThatSomebodyMaskedDoNotCountAndAreSaidOnce) {
  std::vector<float> masked = t1();
  std::vector<double> left;
  for (std::size_t v = 0; v < masked.size(); ++v) {
    if (v % 5 < 3)
      masked[v] = std::numeric_limits<float>::quiet_NaN();
    else
      left.push_back(static_cast<double>(masked[v]));
  }
  copy_with_t1("b", masked);
  for (const bool is_reference : {false, true}) {
    expect_said(is_reference ? compare("a", "b") : compare("b", "a"), 0,
                "warning: " + file("b") + ": voxels that both status maps call estimated hold no number");
    EXPECT_EQ(compared("T1map")["voxels"].integer(), static_cast<std::int64_t>(left.size()));
    EXPECT_EQ(compared("T1map")["median"].number(), base::median(left));
    EXPECT_EQ(compared("T1map")["median_absolute_relative_difference"], 0);
    EXPECT_EQ(compared("T2map")["voxels"].integer(), static_cast<std::int64_t>(n_voxel));
  }
}

TEST_F(CompareProgram, UnitsAreUnderstoodOrRefusedOrTold) {
  std::vector<float> ms = t1();
  for (float& value : ms) value *= 1000;
  copy_with_t1("b", ms);
  for (const char* units : {"ms", "msec", "milliseconds", "MS"}) {
    folder.file("b/T1map.json", std::string("{\"Units\": \"") + units + "\"}");
    ASSERT_EQ(compare("b", "a").exit_code, 0);
    // A thousand times a number, and back, in single precision.
    EXPECT_LT(compared("T1map")["median_absolute_relative_difference"].number(), 2e-7) << units;
  }
  folder.file("b/T1map.json", "{\"Units\": \"weeks\"}");
  expect_said(compare("b", "a"), 3, file("b/T1map.json") + ": expected Units of ");
  folder.file("b/T1map.json", "{oops");
  expect_said(compare("b", "a"), 3, file("b/T1map.json") + ": expected JSON");
  std::filesystem::remove(file("b/T1map.json"));
  expect_said(compare("b", "a"), 0, "warning: " + file("b/T1map.nii") + ": no sidecar states its unit");
  expect_said(compare("a", "b"), 0, "warning: " + file("b/T1map.nii") + ": no sidecar states its unit");
}

TEST_F(CompareProgram, MapsThatDisagreeAreSaidToAndEndInCodeNineWhereAgreementIsExpected) {
  std::vector<float> other = t1();
  for (float& value : other) value *= 1.72f;
  copy_with_t1("b", other);
  expect_said(compare("b", "a"), 0, "T1map: disagree, by 72 % in the typical voxel");
  expect_said(compare("b", "a"), 0, "disagree: by more\n");
  EXPECT_EQ(compared("T1map")["judgement"], "disagree");
  EXPECT_EQ(compared("T2map")["judgement"], "agree");
  EXPECT_EQ(compare("b", "a", "--expect-agreement").exit_code, 9);
  EXPECT_EQ(compare("a", "a", "--expect-agreement").exit_code, 0);
}

TEST_F(CompareProgram, APictureOfCompressedMapsIsRefused) {
  ASSERT_EQ(map(file("in.nii"), "z", "--compress").exit_code, 0);
  expect_said(compare("z", "a", "--plot " + file("p.gp")), 3, ".nii.gz: expected a map that is not compressed");
  EXPECT_FALSE(std::filesystem::exists(file("p.gp")));
}

TEST_F(CompareProgram, ARefusedOutputIsNoResult) {
  const Outcome outcome =
      run("crbrt-compare --maps " + file("a") + " --reference " + file("a") + " --json " + file("a/T1map.json"));
  EXPECT_EQ(outcome.exit_code, 5) << outcome.text;
  EXPECT_EQ(outcome.text.find("computed by both"), std::string::npos) << outcome.text;
}

}  // namespace
}  // namespace crbrt::tests
