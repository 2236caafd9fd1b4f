// SPDX-License-Identifier: Apache-2.0
// What a viewer shows of a series when it opens it: at least nine in ten of the voxels with an estimate, neither white nor
// black.
#include <cmath>

#include "tests/e2e/dicom_fixture.h"
#include "tools/volume/image_values.h"
#include "tools/volume/maps_in.h"
#include "tools/volume/status_value.h"

namespace crbrt::tests {
namespace {

class DicomWindows : public DicomProgram {
 protected:
  double attribute(const std::string& map, const std::string& name) const {
    const Outcome dump = run("dcmdump +P " + name + " " + files_of("out", map).front());
    const std::size_t at = dump.text.find('[');
    return at == std::string::npos ? NAN : std::stod(dump.text.substr(at + 1));
  }

  /// Of the NIfTI map, among the voxels that the status calls estimates.
  double share_inside(const std::string& map, double low, double high) const {
    const auto status = volume::read_values(file("out/status.nii")).values;
    const auto numbers = volume::read_values(file("out/" + map + ".nii")).values;
    std::size_t n = 0, n_inside = 0;
    for (std::size_t v = 0; v < numbers.size(); ++v) {
      if (!volume::is_estimate(status[v]) || !std::isfinite(numbers[v])) continue;
      const double shown = dicom_factor(map) * static_cast<double>(numbers[v]);
      ++n;
      n_inside += shown >= low && shown <= high;
    }
    EXPECT_GT(n, 0U);
    return static_cast<double>(n_inside) / static_cast<double>(n);
  }

  /// Each window holds nine in ten, and that of a standard deviation reaches no further than its values.
  void expect_shown(const std::vector<std::string>& maps) {
    for (const std::string& map : maps) {
      const double centre = attribute(map, "WindowCenter"), width = attribute(map, "WindowWidth");
      if (std::isnan(width)) continue;  // narrower than 1, so that DICOM has no window of it
      EXPECT_GE(share_inside(map, centre - width / 2, centre + width / 2), 0.9) << map << " " << centre << " " << width;
      if (!map.ends_with("_std")) continue;
      EXPECT_LT(share_inside(map, 0, 0.9 * width), 1) << map << ": nothing is white";
    }
  }
};

TEST_F(DicomWindows, HoldNineInTenVoxelsOfARandomModel) {
  if (run("command -v dcmdump").exit_code != 0) GTEST_SKIP() << "no dcmdump";
  write_all(axial_series());
  ASSERT_EQ(map("--mask " + file("mask.nii")).exit_code, 0);
  expect_shown(dicom_maps);
}

TEST_F(DicomWindows, HoldNineInTenVoxelsOfAPhantomAtAnyNoise) {
  if (run("command -v dcmdump").exit_code != 0) GTEST_SKIP() << "no dcmdump";
  TestSeries series = axial_series();
  series.columns = series.rows = 40, series.slices = 1;
  write_classic(series, file("series"));
  const std::string model = CRBRT_SOURCE_DIR "/models/brain_v2/brain_v2.crbm";
  const Outcome tubes = run("crbrt-phantom tubes --size 40 --model " + model +
                            " --sequence " CRBRT_SOURCE_DIR "/models/protocol/crbrt1142.json --out " + file("tubes"));
  ASSERT_EQ(tubes.exit_code, 0) << tubes.text;
  for (const std::string sigma : {"0.001", "0.01", "0.1"}) {
    const Outcome mapped = run("crbrt-map --model " + model + " --input " + file("tubes/coefficients.nii") + " --mask " +
                               file("tubes/mask.nii.gz") + " --sigma " + sigma + " --ignore-geometry --out " + file("out") +
                               " --dicom-like " + file("series"));
    ASSERT_EQ(mapped.exit_code, 0) << mapped.text;
    std::vector<std::string> maps;
    for (const std::string& name : listing(file("out/dicom"))) maps.push_back(name.substr(0, name.size() - 9));
    EXPECT_GE(maps.size(), 8U);
    expect_shown(maps);
    EXPECT_FALSE(std::isnan(attribute("T1map_std", "WindowWidth")));
  }
}

}  // namespace
}  // namespace crbrt::tests
