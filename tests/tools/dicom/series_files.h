// SPDX-License-Identifier: Apache-2.0
/// Series of MR images as scanners leave them, made with DCMTK: no patient, no scanner, a few pixels.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace crbrt::tests {

/// A stack of slices. Axes and positions are DICOM's (to the left, to the back, up), in millimetres.
struct TestSeries {
  std::size_t columns = 6, rows = 5, slices = 4;
  std::array<double, 3> along_row{1, 0, 0}, along_column{0, 1, 0}, origin{-10.5, -20.25, 30};
  double column_mm = 1.25, row_mm = 1.5, slice_mm = 3;
  int images_per_slice = 1;  ///< echoes
  std::string series_uid = "1.2.3.4.5";
  std::string patient_name =
      "Secret^Pati\xeb"
      "nt";
  std::vector<std::size_t> left_out;  ///< slices without a file

  std::array<double, 3> normal() const;
  /// Of the centre of the first pixel of a slice.
  std::array<double, 3> position(std::size_t slice) const;
  /// [4][3] of NIfTI: columns for x, y, z and the origin, for voxels stored as columns, rows and slices, with both of columns
  /// and rows turned round where `flips_rows`, as dcm2niix stores them.
  std::array<std::array<double, 4>, 3> affine(bool flips_rows) const;
};

/// An axial, a sagittal and an oblique one.
TestSeries axial_series();
TestSeries sagittal_series();
TestSeries oblique_series();

/// One file a slice, whose names say nothing about their order.
void write_classic(const TestSeries& series, const std::string& folder);
/// One multi-frame file of Enhanced MR Image Storage.
void write_enhanced(const TestSeries& series, const std::string& file);

/// Changes one attribute of a file: "ImageOrientationPatient", "1\\0\\0\\0\\0\\1".
void change_attribute(const std::string& file, const std::string& attribute, const std::string& value);

}  // namespace crbrt::tests
