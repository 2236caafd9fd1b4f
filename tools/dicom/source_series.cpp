// SPDX-License-Identifier: Apache-2.0
// Messages name files and numbers, and no value of a header: those may be a patient's.
#include "tools/dicom/source_series.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/files_of_run.h"

namespace crbrt::dicom {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> files_in(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> files;
  std::string inner;  // a folder in the folder, as exports of a whole study have
  const fs::directory_iterator entries(folder, error);
  if (error) throw base::InputError(folder, "a folder with one series of MR images (--dicom-like)", error.message());
  for (const fs::directory_entry& entry : entries) {
    const fs::path& path = entry.path();
    if (fs::is_directory(path, error) && (inner.empty() || path.string() < inner)) inner = path.string();
    if (!fs::is_regular_file(path, error)) continue;
    if (is_dicom_file(path.string()))
      files.push_back(path.string());
    else if (path.extension() == ".dcm" || path.extension() == ".DCM")
      throw base::InputError(path.string(), "a whole file of DICOM, as its name says", "one that does not begin as such");
  }
  std::sort(files.begin(), files.end());
  if (files.empty())
    throw base::InputError(folder, "a folder with one series of MR images (--dicom-like)",
                           inner.empty() ? "no file of DICOM in it" : "no file of DICOM in it, but folders, as " + inner);
  return files;
}

void expect_one(const std::string SourceFile::*uid, const char* what, const SourceFile& first, const SourceFile& file,
                const std::string& folder) {
  if (first.*uid == file.*uid) return;
  throw base::InputError(folder, std::string("images of one ") + what,
                         "another one in " + file.path + " than in " + first.path);
}

}  // namespace

SourceSeries read_series(const std::string& folder) {
  prepare_dcmtk();
  SourceSeries series;
  series.folder = folder;
  std::vector<SourceFile> files;
  for (const std::string& path : files_in(folder)) {
    base::note_input(path);
    files.push_back(read_source_file(path));
    const SourceFile &first = files.front(), &file = files.back();
    expect_one(&SourceFile::patient, "patient (PatientID and PatientName)", first, file, folder);
    expect_one(&SourceFile::study_uid, "study", first, file, folder);
    expect_one(&SourceFile::series_uid, "series", first, file, folder);
    expect_one(&SourceFile::frame_of_reference, "frame of reference", first, file, folder);
    series.images.insert(series.images.end(), file.images.begin(), file.images.end());
  }
  series.stack = stack_of(series.images, folder);
  series.study_uid = files.front().study_uid;
  series.series_uid = files.front().series_uid;
  series.frame_of_reference = files.front().frame_of_reference;
  series.names_patient = !files.front().patient.empty();
  const std::string& lowest = series.images[series.stack.slices.front().front()].file;
  series.header = std::find_if(files.begin(), files.end(), [&](const SourceFile& file) { return file.path == lowest; })->header;
  return series;
}

}  // namespace crbrt::dicom
