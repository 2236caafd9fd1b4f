// SPDX-License-Identifier: Apache-2.0
// What other programs make of the files: DCMTK's picture, GDCM, pydicom, and dciodvfy, which checks them against the standard.
#include "tests/e2e/dicom_fixture.h"

namespace crbrt::tests {
namespace {

class DicomReaders : public DicomProgram {
 protected:
  /// Maps of an oblique series; false, and a skip, without the program.
  bool has_maps_and(const std::string& program) {
    if (run("command -v " + program).exit_code != 0) return false;
    write_all(oblique_series());
    const Outcome outcome = map("--mask " + file("mask.nii"));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
    return true;
  }

  /// The second slice of each map.
  std::vector<std::string> one_of_each() const {
    std::vector<std::string> files;
    for (const std::string& name : dicom_maps) files.push_back(files_of("out", name)[1]);
    return files;
  }
};

TEST_F(DicomReaders, DcmtkMakesAPictureThatIsNotOfOneGrey) {
  if (!has_maps_and("dcm2pnm")) GTEST_SKIP() << "no dcm2pnm";
  for (const std::string& path : one_of_each()) {
    const Outcome picture = run("dcm2pnm +op +Wm " + path + " " + file("picture.pgm"));
    EXPECT_EQ(picture.exit_code, 0) << path << picture.text;
    // DCMTK rounds to whole numbers: off-resonances of a random model are below 1 Hz, and atypicality and status may be alike.
    if (path.find("B0map") != path.npos || path.find("typical") != path.npos || path.find("status") != path.npos) continue;
    const std::string text = content_of(file("picture.pgm"));
    const std::string pixels = text.substr(text.size() - 30);
    EXPECT_NE(pixels.find_first_not_of(pixels[0]), std::string::npos) << path;
  }
}

TEST_F(DicomReaders, GdcmReadsTheImage) {
  if (!has_maps_and("gdcminfo")) GTEST_SKIP() << "no gdcminfo";
  for (const std::string& path : one_of_each()) {
    const Outcome info = run("gdcminfo " + path);
    EXPECT_EQ(info.exit_code, 0) << info.text;
    EXPECT_NE(info.text.find("MR Image Storage"), std::string::npos) << info.text;
    EXPECT_NE(info.text.find("Dimensions: (6,5,1)"), std::string::npos) << info.text;
    EXPECT_EQ(run("gdcmdump " + path).exit_code, 0) << path;
  }
}

// Both slopes, both intercepts, the unit, and the number of every pixel, against the NIfTI map, in Python.
TEST_F(DicomReaders, PydicomReadsTheSameSlopeTwice) {
  if (run("/usr/bin/python3 -c 'import pydicom, numpy'").exit_code != 0) GTEST_SKIP() << "no pydicom";
  ASSERT_TRUE(has_maps_and("sh"));
  folder.file("check.py", R"(import sys, pydicom
units = {"T1map": "ms", "T2map_std": "ms", "B0map": "Hz", "m0_semi_frac": "%", "status": "1"}
for path in sys.argv[1:]:
    d = pydicom.dcmread(path)
    m = d.RealWorldValueMappingSequence[0]
    assert float(d.RescaleSlope) == m.RealWorldValueSlope and float(d.RescaleIntercept) == m.RealWorldValueIntercept, path
    assert m.MeasurementUnitsCodeSequence[0].CodingSchemeDesignator == "UCUM", path
    name = path.split("/")[-1][:-9]
    assert units.get(name, m.MeasurementUnitsCodeSequence[0].CodeValue) == m.MeasurementUnitsCodeSequence[0].CodeValue, path
    assert "not for diagnostic use" in d.SeriesDescription and d.ContentQualification == "RESEARCH", path
    assert d.PatientName == "Secret^Pati\u00ebnt" and d.StudyInstanceUID == "1.2.3.4" and d.FrameOfReferenceUID == "1.2.3.4.9", path
    assert d.SourceImageSequence[0].ReferencedSOPInstanceUID == "1.2.3.4.5.2", path
    number = d.pixel_array * m.RealWorldValueSlope + m.RealWorldValueIntercept
    if "PixelPaddingValue" in d: assert (abs(number[d.pixel_array == d.PixelPaddingValue]) < 1e-6 * m.RealWorldValueSlope).all(), path
assert len({pydicom.dcmread(p).SeriesInstanceUID for p in sys.argv[1:]}) == len(sys.argv) - 1
assert len({pydicom.dcmread(p).SOPInstanceUID for p in sys.argv[1:]}) == len(sys.argv) - 1
)");
  std::string command = "/usr/bin/python3 " + file("check.py");
  for (const std::string& path : one_of_each()) command += " " + path;
  const Outcome outcome = run(command);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
}

TEST_F(DicomReaders, DciodvfyFindsNoError) {
  if (!has_maps_and("dciodvfy")) GTEST_SKIP() << "no dciodvfy";
  for (const std::string& path : one_of_each()) {
    const Outcome outcome = run("dciodvfy " + path);
    EXPECT_EQ(outcome.text.find("Error"), std::string::npos) << path << "\n" << outcome.text;
  }
}

}  // namespace
}  // namespace crbrt::tests
