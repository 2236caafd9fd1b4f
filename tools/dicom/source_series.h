// SPDX-License-Identifier: Apache-2.0
/// The series of a scanner that maps are written beside: whose it is, where it lies, and which image is which slice.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/dicom/slice_stack.h"
#include "tools/dicom/source_file.h"

namespace crbrt::dicom {

struct SourceSeries {
  std::string folder;
  std::string study_uid, series_uid, frame_of_reference;
  bool names_patient = false;  ///< by PatientID or PatientName
  std::vector<SliceImage> images;
  SliceStack stack;
  std::shared_ptr<DcmFileFormat> header;  ///< of the first image of the lowest slice
};

/// All files of DICOM in the folder itself, whatever they are called; others are passed over, and so is a DICOMDIR. They must
/// be one series of MR images that is complete. Throws InputError.
SourceSeries read_series(const std::string& folder);

}  // namespace crbrt::dicom
