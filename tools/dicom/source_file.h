// SPDX-License-Identifier: Apache-2.0
/// One file of the series that maps are written beside: its header, and where its images lie. Pixel data are never decoded, so
/// that any transfer syntax is as good as another.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/dicom/dcmtk.h"
#include "tools/dicom/slice_stack.h"

namespace crbrt::dicom {

struct SourceFile {
  std::string path;
  std::shared_ptr<DcmFileFormat> header;  ///< large values stay in the file
  std::string study_uid, series_uid, frame_of_reference;
  std::string patient;             ///< PatientID and PatientName, to compare: empty where neither says anything
  std::vector<SliceImage> images;  ///< one, or one a frame
};

/// Whether a file begins as files of DICOM do (PS3.10), and is no DICOMDIR.
bool is_dicom_file(const std::string& path);

/// Throws InputError for a file that ends early, is no MR image (classic, enhanced, or converted to enhanced), or does not say
/// where it lies.
SourceFile read_source_file(const std::string& path);

}  // namespace crbrt::dicom
