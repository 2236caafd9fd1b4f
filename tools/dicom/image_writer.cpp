// SPDX-License-Identifier: Apache-2.0
// In the order of the modules of PS3.3 A.4 (MR Image IOD). Nothing depends on the clock: the same run gives the same bytes.
#include "tools/dicom/image_writer.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcostrmb.h>

#include <cmath>
#include <vector>

#include "base/error.h"
#include "base/number_text.h"
#include "base/sha256.h"
#include "tools/cli/command_line.h"
#include "tools/dicom/dcmtk.h"
#include "tools/dicom/uid.h"

namespace crbrt::dicom {
namespace {

void expect_good(const OFCondition& condition) {
  if (condition.bad()) throw base::Error(base::exit_internal, std::string("DCMTK: ") + condition.text());
}

void put(DcmItem& item, const DcmTagKey& tag, const std::string& text) {
  expect_good(item.putAndInsertString(tag, text.c_str()));
}

void put(DcmItem& item, const DcmTagKey& tag, std::uint16_t number) { expect_good(item.putAndInsertUint16(tag, number)); }

DcmItem& append(DcmItem& item, const DcmTagKey& sequence) {
  DcmItem* made = nullptr;
  expect_good(item.findOrCreateSequenceItem(sequence, made, -2));
  return *made;
}

void put(DcmItem& item, const DcmTagKey& sequence, const Code& code) {
  DcmItem& coded = append(item, sequence);
  put(coded, DCM_CodeValue, code.value);
  put(coded, DCM_CodingSchemeDesignator, code.scheme);
  put(coded, DCM_CodeMeaning, code.meaning);
}

/// At most 16 characters.
std::string decimal(double value) {
  std::string text;
  for (int digits = 10; text.empty() || text.size() > 16; --digits)
    text = base::number_text(value, ("%." + std::to_string(digits) + "g").c_str());
  return text;
}

std::string decimals(const Vector& v) { return decimal(v[0]) + "\\" + decimal(v[1]) + "\\" + decimal(v[2]); }

/// What is the patient's and the study's, as it is there; `needed` is there, if empty.
void copy_patient_and_study(DcmItem& from, DcmItem& to) {
  for (const DcmTagKey& tag :
       {DCM_SpecificCharacterSet, DCM_IssuerOfPatientID, DCM_OtherPatientIDsSequence, DCM_PatientAge, DCM_PatientSize,
        DCM_PatientWeight, DCM_PatientIdentityRemoved, DCM_DeidentificationMethod, DCM_DeidentificationMethodCodeSequence,
        DCM_LongitudinalTemporalInformationModified, DCM_StudyDescription, DCM_IssuerOfAccessionNumberSequence,
        DCM_AcquisitionDate, DCM_AcquisitionTime, DCM_BodyPartExamined, DCM_Laterality, DCM_MagneticFieldStrength,
        DCM_ImagedNucleus})
    from.findAndInsertCopyOfElement(tag, &to);  // absent there: absent here
  for (const DcmTagKey& tag :
       {DCM_PatientName, DCM_PatientID, DCM_PatientBirthDate, DCM_PatientSex, DCM_StudyDate, DCM_StudyTime, DCM_AccessionNumber,
        DCM_ReferringPhysicianName, DCM_StudyID, DCM_PositionReferenceIndicator, DCM_PatientPosition})
    if (from.findAndInsertCopyOfElement(tag, &to).bad()) expect_good(to.insertEmptyElement(tag));
  if (!to.tagExists(DCM_BodyPartExamined) && !to.tagExists(DCM_Laterality))  // a part that may be one of a pair
    expect_good(to.insertEmptyElement(DCM_Laterality));
}

void put_series_and_equipment(const SourceSeries& source, const MapOfSeries& map, DcmItem& to) {
  put(to, DCM_StudyInstanceUID, source.study_uid);
  put(to, DCM_SeriesInstanceUID, map.series_uid);
  put(to, DCM_Modality, "MR");
  put(to, DCM_SeriesNumber, std::to_string(map.series_number));
  put(to, DCM_SeriesDescription, plain_text(map.name, 32) + " [" + plain_text(map.unit.value, 8) + "] not for diagnostic use");
  const std::string& frame = source.frame_of_reference;
  const std::string own = "frame of reference of " + source.series_uid;
  put(to, DCM_FrameOfReferenceUID, frame.empty() ? uid_of(base::sha256(own.data(), own.size())) : frame);
  put(to, DCM_Manufacturer, "crbrt");
  put(to, DCM_ManufacturerModelName, map.program);
  put(to, DCM_SoftwareVersions, cli::version());
  DcmItem& scanner = append(to, DCM_ContributingEquipmentSequence);
  put(scanner, DCM_PurposeOfReferenceCodeSequence, Code{"109101", "DCM", "Acquisition Equipment"});
  DcmDataset& header = *source.header->getDataset();
  if (header.findAndInsertCopyOfElement(DCM_Manufacturer, &scanner).bad())
    expect_good(scanner.insertEmptyElement(DCM_Manufacturer));
  for (const DcmTagKey& tag :
       {DCM_InstitutionName, DCM_StationName, DCM_ManufacturerModelName, DCM_DeviceSerialNumber, DCM_SoftwareVersions})
    header.findAndInsertCopyOfElement(tag, &scanner);
}

void put_references(const SourceSeries& source, std::size_t slice, DcmItem& to) {
  DcmItem& series = append(to, DCM_ReferencedSeriesSequence);
  put(series, DCM_SeriesInstanceUID, source.series_uid);
  std::string last;
  for (const std::size_t i : source.stack.slices[slice]) {
    const SliceImage& image = source.images[i];
    DcmItem& item = append(to, DCM_SourceImageSequence);
    put(item, DCM_ReferencedSOPClassUID, image.sop_class);
    put(item, DCM_ReferencedSOPInstanceUID, image.sop_instance);
    if (image.frame > 0) put(item, DCM_ReferencedFrameNumber, std::to_string(image.frame));
    put(item, DCM_SpatialLocationsPreserved, "YES");
    put(item, DCM_PurposeOfReferenceCodeSequence, Code{"121322", "DCM", "Source image for image processing operation"});
    if (image.sop_instance == last) continue;
    DcmItem& instance = append(series, DCM_ReferencedInstanceSequence);
    put(instance, DCM_ReferencedSOPClassUID, image.sop_class);
    put(instance, DCM_ReferencedSOPInstanceUID, image.sop_instance);
    last = image.sop_instance;
  }
}

void put_image(const SourceSeries& source, const MapOfSeries& map, std::size_t slice, DcmItem& to) {
  const SliceImage& image = source.images[source.stack.slices[slice].front()];
  const Vector& step = source.stack.step;
  put(to, DCM_InstanceNumber, std::to_string(slice + 1));
  put(to, DCM_AcquisitionNumber, "");
  put(to, DCM_ImageType, "DERIVED\\PRIMARY\\" + map.quantity.image_type);
  put(to, DCM_ImageComments, "Not for diagnostic use. " + plain_text(map.comment, 1000));
  put(to, DCM_DerivationDescription, plain_text(map.derivation, 1000));
  put(to, DCM_DerivationCodeSequence,
      Code{"subspace_map", private_scheme, "Tissue parameter estimated from subspace coefficients"});
  put(to, DCM_BurnedInAnnotation, "NO");
  put(to, DCM_LossyImageCompression, "00");
  put(to, DCM_PresentationLUTShape, "IDENTITY");
  put(to, DCM_ContentQualification, "RESEARCH");
  put(to, DCM_PixelSpacing, decimal(image.row_mm) + "\\" + decimal(image.column_mm));
  put(to, DCM_ImageOrientationPatient, decimals(image.along_row) + "\\" + decimals(image.along_column));
  put(to, DCM_ImagePositionPatient, decimals(image.position));
  put(to, DCM_SliceThickness, decimal(image.thickness_mm));
  put(to, DCM_SpacingBetweenSlices, decimal(std::hypot(step[0], step[1], step[2])));
  put(to, DCM_ScanningSequence, "RM");  // research mode: a map has no sequence of its own
  put(to, DCM_SequenceVariant, "NONE");
  for (const DcmTagKey& tag : {DCM_ScanOptions, DCM_MRAcquisitionType, DCM_RepetitionTime, DCM_EchoTime, DCM_EchoTrainLength})
    expect_good(to.insertEmptyElement(tag));
}

void put_pixels(const SourceSeries& source, const volume::StorageOrder& order, const MapOfSeries& map, std::size_t slice,
                DcmItem& to) {
  const volume::Shape& shape = source.stack.grid.shape;
  const std::size_t n = shape[0] * shape[1];
  std::vector<std::uint16_t> pixels(n);
  for (std::size_t i = 0; i < n; ++i) pixels[i] = map.stored.values[order(slice * n + i)];
  put(to, DCM_SamplesPerPixel, std::uint16_t{1});
  put(to, DCM_PhotometricInterpretation, "MONOCHROME2");
  put(to, DCM_Rows, static_cast<std::uint16_t>(shape[1]));
  put(to, DCM_Columns, static_cast<std::uint16_t>(shape[0]));
  put(to, DCM_BitsAllocated, std::uint16_t{16});
  put(to, DCM_BitsStored, std::uint16_t{16});
  put(to, DCM_HighBit, std::uint16_t{15});
  put(to, DCM_PixelRepresentation, std::uint16_t{0});
  if (map.stored.padding) put(to, DCM_PixelPaddingValue, *map.stored.padding);
  expect_good(to.putAndInsertUint16Array(DCM_PixelData, pixels.data(), static_cast<unsigned long>(n)));
}

void put_quantity(const Code& name, const Code& value, DcmItem& mapping) {
  DcmItem& item = append(mapping, DCM_QuantityDefinitionSequence);
  put(item, DCM_ValueType, "CODE");
  put(item, DCM_ConceptNameCodeSequence, name);
  put(item, DCM_ConceptCodeSequence, value);
}

/// Twice the same: for readers of RescaleSlope, and for those of Real World Values.
void put_numbers(const MapOfSeries& map, DcmItem& to) {
  put(to, DCM_RescaleIntercept, map.stored.intercept_text);
  put(to, DCM_RescaleSlope, map.stored.slope_text);
  put(to, DCM_RescaleType, "US");  // of no type that the standard names: the unit stands in the mapping
  DcmItem& mapping = append(to, DCM_RealWorldValueMappingSequence);
  put(mapping, DCM_RealWorldValueFirstValueMapped, std::uint16_t{0});
  put(mapping, DCM_RealWorldValueLastValueMapped, std::uint16_t{65535});
  expect_good(mapping.putAndInsertFloat64(DCM_RealWorldValueIntercept, map.stored.intercept));
  expect_good(mapping.putAndInsertFloat64(DCM_RealWorldValueSlope, map.stored.slope));
  put(mapping, DCM_LUTExplanation, plain_text(map.quantity.quantity.meaning, 64));
  put(mapping, DCM_LUTLabel, plain_text(map.name, 16));
  put(mapping, DCM_MeasurementUnitsCodeSequence, map.unit);
  put_quantity({"246205007", "SCT", "Quantity"}, map.quantity.quantity, mapping);
  if (map.quantity.derivation) put_quantity({"121401", "DCM", "Derivation"}, *map.quantity.derivation, mapping);
  if (!(map.window.high - map.window.low >= 1)) return;  // DICOM's linear window is not defined below; viewers choose
  put(to, DCM_WindowCenter, decimal((map.window.low + map.window.high) / 2));
  put(to, DCM_WindowWidth, decimal(map.window.high - map.window.low));
}

std::string bytes_of(DcmFileFormat& file) {
  expect_good(file.validateMetaInfo(EXS_LittleEndianExplicit, EWM_createNewMeta));
  DcmMetaInfo& meta = *file.getMetaInfo();
  constexpr std::string_view who = "implementation class of crbrt";
  put(meta, DCM_ImplementationClassUID, uid_of(base::sha256(who.data(), who.size())));
  put(meta, DCM_ImplementationVersionName, implementation_name());
  expect_good(
      meta.computeGroupLengthAndPadding(EGL_recalcGL, EPD_noChange, META_HEADER_DEFAULT_TRANSFERSYNTAX, EET_ExplicitLength));
  std::string bytes(file.calcElementLength(EXS_LittleEndianExplicit, EET_ExplicitLength) + 65536, '\0');
  DcmOutputBufferStream stream(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  file.transferInit();
  expect_good(file.write(stream, EXS_LittleEndianExplicit, EET_ExplicitLength, nullptr, EGL_recalcGL, EPD_noChange, 0, 0, 0,
                         EWM_dontUpdateMeta));
  file.transferEnd();
  void* start = nullptr;
  offile_off_t n = 0;
  stream.flushBuffer(start, n);
  bytes.resize(static_cast<std::size_t>(n));
  return bytes;
}

}  // namespace

std::string image_of(const SourceSeries& source, const volume::StorageOrder& order, const MapOfSeries& map, std::size_t slice) {
  DcmFileFormat file;
  DcmDataset& to = *file.getDataset();
  const std::string instance = map.series_uid + " " + std::to_string(slice);
  put(to, DCM_SOPClassUID, UID_MRImageStorage);
  put(to, DCM_SOPInstanceUID, uid_of(base::sha256(instance.data(), instance.size())));
  copy_patient_and_study(*source.header->getDataset(), to);
  put_series_and_equipment(source, map, to);
  put_references(source, slice, to);
  DcmItem& scheme = append(to, DCM_CodingSchemeIdentificationSequence);
  put(scheme, DCM_CodingSchemeDesignator, private_scheme);
  put(scheme, DCM_CodingSchemeName, "crbrt: keys of its table of quantities");
  put_image(source, map, slice, to);
  put_numbers(map, to);
  put_pixels(source, order, map, slice, to);
  return bytes_of(file);
}

std::string series_uid_of(const SourceSeries& source, const MapOfSeries& map) {
  base::Sha256 hash;
  for (const std::string& text : {source.series_uid, map.name, map.program, std::string(cli::version()), map.derivation,
                                  map.comment, map.unit.value, map.stored.slope_text, map.stored.intercept_text})
    hash.add(text.c_str(), text.size() + 1);  // with its end, so that no two lists give the same bytes
  hash.add(map.stored.values.data(), map.stored.values.size() * sizeof(std::uint16_t));
  return uid_of(hash.digest());
}

std::string implementation_name() { return plain_text(std::string("CRBRT_") + cli::version(), 16); }

}  // namespace crbrt::dicom
