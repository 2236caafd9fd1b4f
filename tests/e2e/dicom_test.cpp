// SPDX-License-Identifier: Apache-2.0
// What crbrt-map --dicom-like leaves: which files, the same bytes again, and numbers that dcm2niix gives back.
#include <cmath>

#include "tests/e2e/dicom_fixture.h"
#include "tools/volume/image_values.h"
#include "tools/volume/maps_in.h"

namespace crbrt::tests {
namespace {

using volume::GridCheck;

class Dicom : public DicomProgram {
 protected:
  /// The slope as dcmdump prints it.
  double slope_of(const std::string& map) const {
    const Outcome dump = run("dcmdump +P RescaleSlope " + files_of("out", map).front());
    const std::size_t at = dump.text.find('[');
    return at == std::string::npos ? NAN : std::stod(dump.text.substr(at + 1));
  }

  /// The NIfTI image that dcm2niix made of a series, by its number.
  std::string converted(long series_number) const {
    for (const auto& entry : std::filesystem::directory_iterator(file("back")))
      if (entry.path().filename() == "s" + std::to_string(series_number) + ".nii") return entry.path().string();
    return "none";
  }

  /// read_values() compares affines, too, and puts voxels in the order of the maps.
  void expect_round_trip() {
    if (run("command -v dcm2niix").exit_code != 0) GTEST_SKIP() << "no dcm2niix";
    std::filesystem::create_directory(file("back"));
    const Outcome back = run("dcm2niix -b n -f s%s -o " + file("back") + " " + file("out/dicom"));
    ASSERT_EQ(back.exit_code, 0) << back.text;
    for (std::size_t i = 0; i < dicom_maps.size(); ++i) {
      const std::string path = file("out/" + dicom_maps[i] + ".nii");
      const volume::ImageValues map = volume::read_values(path);
      std::vector<float> read;
      ASSERT_NO_THROW(read = volume::read_values(converted(501 + static_cast<long>(i)), map.grid, GridCheck::world))
          << dicom_maps[i] << back.text;
      const double slope = slope_of(dicom_maps[i]);
      const double factor = dicom_factor(dicom_maps[i]);
      double largest = 0;
      for (const float value : map.values) largest = std::max(largest, factor * std::abs(static_cast<double>(value)));
      // Half a slope is ours; dcm2niix keeps slope and intercept in single precision, which moves numbers and their sums by a
      // few roundings of the largest one.
      const double tolerance = 0.5 * slope + 4 * 0x1p-23 * (65535 * slope + largest);
      for (std::size_t v = 0; v < map.values.size(); ++v)
        EXPECT_NEAR(static_cast<double>(read[v]), factor * static_cast<double>(map.values[v]), tolerance)
            << dicom_maps[i] << " " << v;
    }
  }
};

TEST_F(Dicom, ASeriesForEveryMapAndAFileForEverySlice) {
  write_all(axial_series());
  const Outcome outcome = map();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  std::size_t n = 0;
  for (const std::string& name : dicom_maps) {
    EXPECT_EQ(files_of("out", name).size(), 4U) << name;
    n += 4;
  }
  EXPECT_EQ(listing(file("out/dicom")).size(), n) << "status_detail is for programs";
  EXPECT_NE(content_of(files_of("out", "atypicality").front()).find("Unlike the training data at any noise: above "),
            std::string::npos);
  EXPECT_EQ(outcome.text.find("Secret"), std::string::npos) << outcome.text;
  EXPECT_EQ(content_of(file("out/T1map.json")).find("ecret"), std::string::npos);
}

TEST_F(Dicom, Dcm2niixGivesBackTheNumbersOfAnAxialSeries) {
  write_all(axial_series());
  ASSERT_EQ(map("--mask " + file("mask.nii")).exit_code, 0);
  expect_round_trip();
}

TEST_F(Dicom, Dcm2niixGivesBackTheNumbersOfASagittalSeries) {
  write_all(sagittal_series());
  ASSERT_EQ(map().exit_code, 0);
  expect_round_trip();
}

TEST_F(Dicom, Dcm2niixGivesBackTheNumbersOfAnObliqueSeries) {
  write_all(oblique_series());
  ASSERT_EQ(map().exit_code, 0);
  expect_round_trip();
}

TEST_F(Dicom, AnEnhancedSeriesIsAsGoodAsAClassicOne) {
  write_input(oblique_series());
  write_enhanced(oblique_series(), file("series/one"));
  const Outcome outcome = map();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  expect_round_trip();
}

TEST_F(Dicom, SeveralEchoesOfEverySliceAreAllSources) {
  TestSeries series = axial_series();
  series.images_per_slice = 2;
  write_all(series);
  const Outcome outcome = map();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const Outcome dump = run("dcmdump +P ReferencedSOPInstanceUID " + files_of("out", "T1map")[1]);
  EXPECT_NE(dump.text.find("1.2.3.4.5.3]"), std::string::npos) << dump.text;
  EXPECT_NE(dump.text.find("1.2.3.4.5.4]"), std::string::npos) << dump.text;
}

// Pixels of the source are never decoded, so that it may be compressed in any way.
TEST_F(Dicom, ACompressedSeriesIsAsGoodAsAnyOther) {
  write_all(axial_series());
  if (run("command -v dcmcrle dcmconv").exit_code != 0) GTEST_SKIP() << "no dcmtk";
  const std::vector<std::string> names = listing(file("series"));
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string path = file("series/" + names[i]);
    ASSERT_EQ(
        run((i % 2 == 0 ? "dcmcrle " : "dcmconv +td ") + path + " " + path + ".new && mv " + path + ".new " + path).exit_code,
        0);
  }
  const Outcome outcome = map();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  expect_round_trip();
}

TEST_F(Dicom, TheSameRunGivesTheSameBytes) {
  write_all(axial_series());
  ASSERT_EQ(map().exit_code, 0);
  ASSERT_EQ(map("--threads 2", "again").exit_code, 0);
  for (const std::string& name : listing(file("out/dicom")))
    EXPECT_TRUE(content_of(file("out/dicom/" + name)) == content_of(file("again/dicom/" + name))) << name;
}

TEST_F(Dicom, ALaterRunTakesThePlaceOfAnEarlierOne) {
  write_all(axial_series());
  ASSERT_EQ(map().exit_code, 0);
  write_text(file("out/dicom/notes.txt"), "of somebody");
  const Outcome outcome = map("--no-std");  // excludes --sigma
  EXPECT_EQ(outcome.exit_code, 2);
  const Outcome fewer = run("crbrt-map --model " + file("m.crbm") + " --input " + file("in.nii") + " --no-std --out " +
                            file("out") + " --dicom-like " + file("series"));
  ASSERT_EQ(fewer.exit_code, 0) << fewer.text;
  EXPECT_TRUE(files_of("out", "T1map_std").empty());
  EXPECT_EQ(files_of("out", "T1map").size(), 4U);
  EXPECT_EQ(content_of(file("out/dicom/notes.txt")), "of somebody");
}

TEST_F(Dicom, ADryRunSaysWhatItWouldReadAndWrite) {
  write_all(axial_series());
  const Outcome outcome = map("--dry-run");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("series: a series of 4 MR images, 4 slices"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("out/dicom/T1map_*.dcm: 4 slices"), std::string::npos) << outcome.text;
  EXPECT_FALSE(std::filesystem::exists(file("out")));
}

TEST_F(Dicom, ALaterRunWithoutItSaysThatTheEarlierOneIsStillThere) {
  write_all(axial_series());
  ASSERT_EQ(map().exit_code, 0);
  const Outcome outcome =
      run("crbrt-map --model " + file("m.crbm") + " --input " + file("in.nii") + " --no-std --out " + file("out"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("dicom: DICOM of an earlier run lies there"), std::string::npos) << outcome.text;
}

TEST_F(Dicom, ASeriesWithoutAPatientIsSaid) {
  write_all(axial_series());
  for (const auto& entry : std::filesystem::directory_iterator(file("series"))) {
    change_attribute(entry.path().string(), "PatientID", "");
    change_attribute(entry.path().string(), "PatientName", "");
  }
  const Outcome outcome = map();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("neither PatientID nor PatientName"), std::string::npos) << outcome.text;
}

}  // namespace
}  // namespace crbrt::tests
