// SPDX-License-Identifier: Apache-2.0
// A classic image says where it lies in its header, an enhanced one in functional groups: those of a frame before those that
// all frames share.
#include "tools/dicom/source_file.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/error.h"

namespace crbrt::dicom {
namespace {

constexpr Uint32 longest_value = 4096;  // what is longer is no header's, and stays in the file

/// The values of a decimal string; empty unless there are n finite ones.
std::vector<double> numbers(DcmItem* item, const DcmTagKey& tag, std::size_t n) {
  std::vector<double> values;
  if (item == nullptr) return values;
  std::istringstream text(text_of(*item, tag));
  for (std::string word; std::getline(text, word, '\\');) {
    char* end = nullptr;
    values.push_back(std::strtod(word.c_str(), &end));
    if (end == word.c_str() || !std::isfinite(values.back())) return {};
  }
  return values.size() == n ? values : std::vector<double>{};
}

std::vector<double> expect_numbers(DcmItem* item, const DcmTagKey& tag, std::size_t n, const std::string& path) {
  std::vector<double> values = numbers(item, tag, n);
  if (values.empty())
    throw base::InputError(path,
                           "an MR image with " + std::string(DcmTag(tag).getTagName()) + " of " + std::to_string(n) +
                               (n == 1 ? " number" : " numbers"),
                           "none");
  return values;
}

Vector unit_vector(const std::vector<double>& numbers, std::size_t first) {
  const double length = std::hypot(numbers[first], numbers[first + 1], numbers[first + 2]);
  return {numbers[first] / length, numbers[first + 1] / length, numbers[first + 2] / length};
}

/// Of a macro: a sequence of one item in the groups of a frame, or in those of all; in a classic image the header itself.
struct Groups {
  DcmItem *own = nullptr, *shared = nullptr, *header = nullptr;

  DcmItem* macro(const DcmTagKey& sequence) const {
    if (header != nullptr) return header;
    DcmItem* const found = own != nullptr ? first_item(*own, sequence) : nullptr;
    return found != nullptr || shared == nullptr ? found : first_item(*shared, sequence);
  }
};

void place(const Groups& groups, SliceImage& image) {
  const auto position = expect_numbers(groups.macro(DCM_PlanePositionSequence), DCM_ImagePositionPatient, 3, image.file);
  const auto axes = expect_numbers(groups.macro(DCM_PlaneOrientationSequence), DCM_ImageOrientationPatient, 6, image.file);
  DcmItem* const measures = groups.macro(DCM_PixelMeasuresSequence);
  const auto spacing = expect_numbers(measures, DCM_PixelSpacing, 2, image.file);
  image.position = {position[0], position[1], position[2]};
  image.along_row = unit_vector(axes, 0);
  image.along_column = unit_vector(axes, 3);
  image.row_mm = spacing[0];
  image.column_mm = spacing[1];
  double cosine = 0;
  for (std::size_t d = 0; d < 3; ++d) cosine += image.along_row[d] * image.along_column[d];
  if (!(std::abs(cosine) < 1e-3) || !(spacing[0] > 0) || !(spacing[1] > 0))
    throw base::InputError(image.file, "rows and columns at right angles, of positive spacing", "others");
  for (const DcmTagKey& tag : {DCM_SpacingBetweenSlices, DCM_SliceThickness}) {  // the latter decides where both are there
    const auto thickness = numbers(measures, tag, 1);
    if (!thickness.empty() && thickness[0] > 0) image.thickness_mm = thickness[0];
  }
}

bool is_multi_frame(const std::string& sop_class) {
  return sop_class == UID_EnhancedMRImageStorage || sop_class == UID_LegacyConvertedEnhancedMRImageStorage;
}

void expect_mr(DcmItem& header, const std::string& sop_class, const std::string& path) {
  if (sop_class != UID_MRImageStorage && !is_multi_frame(sop_class)) {
    const char* const name = dcmFindNameOfUID(sop_class.c_str());
    throw base::InputError(path, "an MR image (MR Image Storage, or Enhanced MR)", name != nullptr ? name : "something else");
  }
  if (text_of(header, DCM_ImageType).find("MOSAIC") != std::string::npos)
    throw base::InputError(path, "one slice an image", "a mosaic of slices (convert it to one slice an image first)");
}

}  // namespace

bool is_dicom_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 132> start{};
  file.read(start.data(), start.size());
  if (!file || std::string_view(start.data() + 128, 4) != "DICM") return false;
  return std::filesystem::path(path).filename() != "DICOMDIR";
}

SourceFile read_source_file(const std::string& path) {
  SourceFile source;
  source.path = path;
  source.header = std::make_shared<DcmFileFormat>();
  const OFCondition read = source.header->loadFile(path.c_str(), EXS_Unknown, EGL_noChange, longest_value, ERM_fileOnly);
  if (read.bad())
    throw base::InputError(path, "a whole file of DICOM",
                           std::string("one that ends early or is damaged (") + read.text() + ")");
  DcmDataset& data = *source.header->getDataset();
  SliceImage image;
  image.file = path;
  image.sop_class = text_of(data, DCM_SOPClassUID);
  image.sop_instance = text_of(data, DCM_SOPInstanceUID);
  source.study_uid = text_of(data, DCM_StudyInstanceUID);
  source.series_uid = text_of(data, DCM_SeriesInstanceUID);
  source.frame_of_reference = text_of(data, DCM_FrameOfReferenceUID);
  const std::string id = text_of(data, DCM_PatientID), name = text_of(data, DCM_PatientName);
  if (!id.empty() || !name.empty()) source.patient = id + "\n" + name;
  expect_mr(data, image.sop_class, path);
  if (image.sop_instance.empty() || source.study_uid.empty() || source.series_uid.empty() || !data.tagExists(DCM_PixelData))
    throw base::InputError(path, "an image with SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID and PixelData",
                           "one that lacks some of them, or ends early");
  image.instance_number = std::strtol(text_of(data, DCM_InstanceNumber).c_str(), nullptr, 10);
  image.columns = std::strtoul(text_of(data, DCM_Columns).c_str(), nullptr, 10);
  image.rows = std::strtoul(text_of(data, DCM_Rows).c_str(), nullptr, 10);
  if (!is_multi_frame(image.sop_class)) {
    place({nullptr, nullptr, &data}, image);
    source.images.push_back(image);
    return source;
  }
  DcmItem* const shared = first_item(data, DCM_SharedFunctionalGroupsSequence);
  DcmItem* own = nullptr;
  for (long i = 0; data.findAndGetSequenceItem(DCM_PerFrameFunctionalGroupsSequence, own, i).good(); ++i) {
    image.frame = static_cast<int>(i) + 1;
    place({own, shared, nullptr}, image);
    source.images.push_back(image);
  }
  if (source.images.size() != std::strtoul(text_of(data, DCM_NumberOfFrames).c_str(), nullptr, 10))
    throw base::InputError(path, "functional groups of every frame", "those of " + std::to_string(source.images.size()));
  return source;
}

}  // namespace crbrt::dicom
