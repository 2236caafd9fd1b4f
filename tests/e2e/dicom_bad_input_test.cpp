// SPDX-License-Identifier: Apache-2.0
// Every series that cannot be written beside ends the run before it begins, with one line, and leaves outputs alone.
#include "tests/e2e/dicom_fixture.h"
#include "tests/support/refusal.h"

namespace crbrt::tests {
namespace {

class DicomBadInput : public DicomProgram {
 protected:
  DicomBadInput() {
    std::filesystem::create_directory(file("out"));
    write_text(file("out/T1map.nii"), "precious");
    write_text(file("out/T1map.json"), R"({"OutputName": "t1_free_s", "GeneratedBy": [{"Name": "crbrt-map"}]})");
    write_input(axial_series());
  }

  void expect_refused(int exit_code, const std::vector<std::string>& parts, const std::string& more = "") {
    const Outcome outcome = map(more);
    expect_refusal(outcome, exit_code, parts);
    EXPECT_EQ(outcome.text.find("ecret"), std::string::npos) << outcome.text;
    EXPECT_EQ(content_of(file("out/T1map.nii")), "precious");
    EXPECT_EQ(listing(file("out")), (std::vector<std::string>{"T1map.json", "T1map.nii"})) << "something was left behind";
  }

  std::string any_file() const { return file("series/" + listing(file("series")).front()); }
};

TEST_F(DicomBadInput, AMissingSlice) {
  TestSeries series = axial_series();
  series.slices = 5;
  series.left_out = {2};
  write_classic(series, file("series"));
  expect_refused(3, {"series: expected slices every 3 mm, found 1 missing between the slices at 33 mm and 39 mm"});
}

TEST_F(DicomBadInput, TwoOrientations) {
  write_classic(axial_series(), file("series"));
  change_attribute(any_file(), "ImageOrientationPatient", "1\\0\\0\\0\\0\\-1");
  expect_refused(3, {"series: expected slices of one orientation, found another one in "});
}

TEST_F(DicomBadInput, TwoSeries) {
  write_classic(axial_series(), file("series"));
  change_attribute(any_file(), "SeriesInstanceUID", "1.2.3.4.6");
  expect_refused(3, {"series: expected images of one series, found another one in "});
}

TEST_F(DicomBadInput, ACopyOfASlice) {
  write_classic(axial_series(), file("series"));
  std::filesystem::copy_file(any_file(), file("series/copy"));
  expect_refused(3, {"series: expected every image once, found the same one in "});
}

TEST_F(DicomBadInput, AFileThatEndsEarly) {
  write_classic(axial_series(), file("series"));
  cut(any_file(), 10);
  expect_refused(3, {"expected a whole file of DICOM, found one that ends early"});
  cut(any_file(), 400);
  expect_refused(3, {"expected "});
}

TEST_F(DicomBadInput, AFolderWithoutDicom) {
  expect_refused(3, {"series: expected a folder with one series of MR images (--dicom-like), found no file of DICOM in it"});
  write_text(file("series/DICOMDIR"), std::string(128, '\0') + "DICM");
  write_text(file("series/notes.txt"), "not DICOM");
  expect_refused(3, {"found no file of DICOM in it"});
  std::filesystem::create_directory(file("series/T1_MPRAGE"));
  expect_refused(3, {"found no file of DICOM in it, but folders, as ", "series/T1_MPRAGE"});
  std::filesystem::remove_all(file("series"));
  expect_refused(3, {"series: expected a folder with one series of MR images (--dicom-like), found No such file"});
}

TEST_F(DicomBadInput, NoMr) {
  write_classic(axial_series(), file("series"));
  change_attribute(any_file(), "SOPClassUID", "1.2.840.10008.5.1.4.1.1.2");
  expect_refused(3, {"expected an MR image (MR Image Storage, or Enhanced MR), found CTImageStorage"});
}

TEST_F(DicomBadInput, AnotherGridIsSaidAxisByAxis) {
  const auto expect_said = [&](const TestSeries& series, const std::string& extents, const std::string& difference) {
    write_classic(series, file("series"));
    expect_refused(3, {"series: expected a series of MR images on the grid of " + file("in.nii") +
                       ", 6x5x4 voxels of 1.25 x 1.5 x 3 mm, found " + extents +
                       " mm, against x, y and z of that grid: " + difference + " (--ignore-geometry compares extents alone)"});
    std::filesystem::remove_all(file("series"));
    std::filesystem::create_directory(file("series"));
  };
  TestSeries moved = axial_series();
  moved.origin[1] += 0.75;  // half a row to the back; y of dcm2niix's image counts to the front
  expect_said(moved, "6x5x4 voxels of 1.25 x 1.5 x 3", "placed -0.75 mm along y beside it (-0.5 voxels)");
  TestSeries shorter = axial_series();
  shorter.slices = 3;
  expect_said(shorter, "6x5x3 voxels of 1.25 x 1.5 x 3", "z (its slices): 3 voxels in place of 4");
  TestSeries wider = axial_series();
  wider.column_mm = 1.5;
  wider.origin[0] -= 2.5 * 0.25;  // the same middle
  expect_said(wider, "6x5x4 voxels of 1.5 x 1.5 x 3", "x (its columns): 1.5 mm from voxel to voxel in place of 1.25 mm");
}

TEST_F(DicomBadInput, CoefficientsThatSayNotWhereTheyLie) {
  write_classic(axial_series(), file("series"));
  write_nifti1(file("in.nii"), {{6, 5, 4, n_coeff}, DT_COMPLEX64, bytes_of(values)});
  expect_refused(3, {"in.nii: expected an image that says where it lies (--dicom-like)", "--like", "--ignore-geometry"});
}

TEST_F(DicomBadInput, AForeignFileInThePlaceOfOurs) {
  write_classic(axial_series(), file("series"));
  std::filesystem::create_directory(file("out/dicom"));
  write_text(file("out/dicom/T1map_0001.dcm"), "of somebody");
  const Outcome outcome = map();
  expect_refusal(outcome, 5, {"T1map_0001.dcm: cannot be written: it is no file that a program of crbrt made"});
  EXPECT_EQ(content_of(file("out/dicom/T1map_0001.dcm")), "of somebody");
}

TEST_F(DicomBadInput, TheFolderOfTheSeriesIsNoOutput) {
  write_classic(axial_series(), file("series"));
  ASSERT_EQ(map("", "first").exit_code, 0);
  const std::string before = content_of(file("first/dicom/T1map_0001.dcm"));
  const Outcome outcome = run("crbrt-map --model " + file("m.crbm") + " --input " + file("in.nii") + " --out " + file("first") +
                              " --dicom-like " + file("first/dicom"));
  expect_refusal(outcome, 2, {"--dicom-like: expected another folder than that of the output, found "});
  EXPECT_EQ(content_of(file("first/dicom/T1map_0001.dcm")), before);
}

TEST_F(DicomBadInput, TwoPatients) {
  write_classic(axial_series(), file("series"));
  change_attribute(any_file(), "PatientID", "other");
  expect_refused(3, {"series: expected images of one patient (PatientID and PatientName), found another one in "});
}

TEST_F(DicomBadInput, AnEmptyFileThatIsCalledDicom) {
  write_classic(axial_series(), file("series"));
  write_text(file("series/9.dcm"), "");
  expect_refused(3, {"9.dcm: expected a whole file of DICOM, as its name says, found one that does not begin as such"});
}

// A limit on the size of files: the small NIfTI maps and sidecars fit (at most 2 KB), the headers of DICOM (3 KB) do not.
TEST_F(DicomBadInput, ADiskThatIsFullForDicomTakesNoNiftiEither) {
  write_classic(axial_series(), file("series"));
  const Outcome outcome = run("ulimit -f 5; crbrt-map --model " + file("m.crbm") + " --input " + file("in.nii") +
                              " --no-std --out " + file("out") + " --dicom-like " + file("series") + " | cat >/dev/null");
  EXPECT_NE(outcome.text.find("_0001.dcm: cannot be written: File too large"), std::string::npos) << outcome.text;
  EXPECT_EQ(content_of(file("out/T1map.nii")), "precious");
  EXPECT_EQ(listing(file("out")), (std::vector<std::string>{"T1map.json", "T1map.nii"})) << "something was left behind";
}

TEST_F(DicomBadInput, NamesOfBids) { expect_refused(2, {"--bids: expected no --dicom-like"}, "--bids"); }

}  // namespace
}  // namespace crbrt::tests
