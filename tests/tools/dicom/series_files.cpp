// SPDX-License-Identifier: Apache-2.0
// What readers need and no more; dciodvfy is for our files, not for these.
#include "tests/tools/dicom/series_files.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <cmath>
#include <cstdio>
#include <stdexcept>

namespace crbrt::tests {
namespace {

using Vector = std::array<double, 3>;

void check(const OFCondition& condition) {
  if (condition.bad()) throw std::runtime_error(condition.text());
}

void put(DcmItem& item, const DcmTagKey& tag, const std::string& text) { check(item.putAndInsertString(tag, text.c_str())); }

std::string text(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.9g", value);
  return buffer;
}

std::string text(const Vector& v) { return text(v[0]) + "\\" + text(v[1]) + "\\" + text(v[2]); }

DcmItem& append(DcmItem& item, const DcmTagKey& sequence) {
  DcmItem* made = nullptr;
  check(item.findOrCreateSequenceItem(sequence, made, -2));
  return *made;
}

void put_head(const TestSeries& series, const std::string& sop_class, const std::string& sop_instance, DcmItem& to) {
  put(to, DCM_SpecificCharacterSet, "ISO_IR 100");
  put(to, DCM_ImageType, "ORIGINAL\\PRIMARY\\M\\NONE");
  put(to, DCM_SOPClassUID, sop_class);
  put(to, DCM_SOPInstanceUID, sop_instance);
  put(to, DCM_StudyDate, "20260102");
  put(to, DCM_StudyTime, "101112");
  put(to, DCM_Modality, "MR");
  put(to, DCM_Manufacturer, "Test Scanners");
  put(to, DCM_PatientName, series.patient_name);
  put(to, DCM_PatientID, "SECRET-7");
  put(to, DCM_PatientBirthDate, "19700101");
  put(to, DCM_PatientSex, "O");
  put(to, DCM_PatientPosition, "HFS");
  put(to, DCM_MagneticFieldStrength, "3");
  put(to, DCM_StudyInstanceUID, "1.2.3.4");
  put(to, DCM_SeriesInstanceUID, series.series_uid);
  put(to, DCM_StudyID, "1");
  put(to, DCM_SeriesNumber, "5");
  put(to, DCM_FrameOfReferenceUID, "1.2.3.4.9");
}

void put_pixels(const TestSeries& series, std::size_t frames, DcmItem& to) {
  check(to.putAndInsertUint16(DCM_SamplesPerPixel, 1));
  put(to, DCM_PhotometricInterpretation, "MONOCHROME2");
  check(to.putAndInsertUint16(DCM_Rows, static_cast<Uint16>(series.rows)));
  check(to.putAndInsertUint16(DCM_Columns, static_cast<Uint16>(series.columns)));
  check(to.putAndInsertUint16(DCM_BitsAllocated, 16));
  check(to.putAndInsertUint16(DCM_BitsStored, 12));
  check(to.putAndInsertUint16(DCM_HighBit, 11));
  check(to.putAndInsertUint16(DCM_PixelRepresentation, 0));
  std::vector<Uint16> pixels(series.columns * series.rows * frames);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<Uint16>(i % 4000);
  check(to.putAndInsertUint16Array(DCM_PixelData, pixels.data(), static_cast<unsigned long>(pixels.size())));
}

void put_place(const TestSeries& series, std::size_t slice, DcmItem& position, DcmItem& orientation, DcmItem& measures) {
  put(position, DCM_ImagePositionPatient, text(series.position(slice)));
  put(orientation, DCM_ImageOrientationPatient, text(series.along_row) + "\\" + text(series.along_column));
  put(measures, DCM_PixelSpacing, text(series.row_mm) + "\\" + text(series.column_mm));
  put(measures, DCM_SliceThickness, text(series.slice_mm));
}

void save(DcmFileFormat& file, const std::string& path) { check(file.saveFile(path.c_str(), EXS_LittleEndianExplicit)); }

bool is_left_out(const TestSeries& series, std::size_t slice) {
  for (const std::size_t out : series.left_out)
    if (out == slice) return true;
  return false;
}

}  // namespace

Vector TestSeries::normal() const {
  const Vector &a = along_row, &b = along_column;
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

Vector TestSeries::position(std::size_t slice) const {
  Vector p = origin;
  for (std::size_t d = 0; d < 3; ++d) p[d] += static_cast<double>(slice) * slice_mm * normal()[d];
  return p;
}

std::array<std::array<double, 4>, 3> TestSeries::affine(bool flips_rows) const {
  std::array<std::array<double, 4>, 3> affine{};
  for (std::size_t d = 0; d < 3; ++d) {
    const double sign = d < 2 ? -1 : 1, row_step = along_column[d] * row_mm;
    const double first = origin[d] + (flips_rows ? static_cast<double>(rows - 1) * row_step : 0);
    affine[d] = {sign * along_row[d] * column_mm, sign * (flips_rows ? -row_step : row_step), sign * normal()[d] * slice_mm,
                 sign * first};
  }
  return affine;
}

TestSeries axial_series() { return {}; }

TestSeries sagittal_series() {
  TestSeries series;
  series.along_row = {0, 1, 0};
  series.along_column = {0, 0, -1};
  return series;
}

TestSeries oblique_series() {
  TestSeries series;  // by 30 degrees around the first axis, then by 20 around the third
  const double c = std::cos(0.5235987756), s = std::sin(0.5235987756), cc = std::cos(0.3490658504), ss = std::sin(0.3490658504);
  series.along_row = {cc, ss, 0};
  series.along_column = {-ss * c, cc * c, s};
  return series;
}

void write_classic(const TestSeries& series, const std::string& folder) {
  int number = 0;
  for (std::size_t slice = 0; slice < series.slices; ++slice)
    for (int echo = 0; echo < series.images_per_slice; ++echo) {
      ++number;
      if (is_left_out(series, slice)) continue;
      DcmFileFormat file;
      DcmDataset& to = *file.getDataset();
      put_head(series, UID_MRImageStorage, series.series_uid + "." + std::to_string(number), to);
      put(to, DCM_InstanceNumber, std::to_string(number));
      put(to, DCM_ScanningSequence, "GR");
      put(to, DCM_SequenceVariant, "NONE");
      put(to, DCM_EchoTime, text(5.0 * (echo + 1)));
      put_place(series, slice, to, to, to);
      put_pixels(series, 1, to);
      save(file, folder + "/IM" + std::to_string(number * 7919 % 10007));
    }
}

void write_enhanced(const TestSeries& series, const std::string& path) {
  DcmFileFormat file;
  DcmDataset& to = *file.getDataset();
  put_head(series, UID_EnhancedMRImageStorage, series.series_uid + ".1", to);
  put(to, DCM_InstanceNumber, "1");
  put(to, DCM_NumberOfFrames, std::to_string(series.slices));
  DcmItem& shared = append(to, DCM_SharedFunctionalGroupsSequence);
  DcmItem& orientation = append(shared, DCM_PlaneOrientationSequence);
  DcmItem& measures = append(shared, DCM_PixelMeasuresSequence);
  for (std::size_t slice = 0; slice < series.slices; ++slice) {
    DcmItem& own = append(to, DCM_PerFrameFunctionalGroupsSequence);
    put_place(series, slice, append(own, DCM_PlanePositionSequence), orientation, measures);
  }
  put_pixels(series, series.slices, to);
  save(file, path);
}

void change_attribute(const std::string& path, const std::string& attribute, const std::string& value) {
  DcmTag tag;
  check(DcmTag::findTagFromName(attribute.c_str(), tag));
  DcmFileFormat file;
  check(file.loadFile(path.c_str()));
  file.loadAllDataIntoMemory();
  put(*file.getDataset(), tag, value);
  save(file, path);
}

}  // namespace crbrt::tests
