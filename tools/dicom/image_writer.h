// SPDX-License-Identifier: Apache-2.0
/// One map as files of DICOM: MR Image Storage, a file a slice, beside the images of the source series.
///
/// Single-frame MR images are what every PACS takes, and their RescaleSlope stands where every reader looks for it. The Real
/// World Value Mapping beside it says the same, with the unit (docs/dicom.md has all attributes).
#pragma once

#include <cstddef>
#include <string>

#include "tools/dicom/codes.h"
#include "tools/dicom/source_series.h"
#include "tools/dicom/stored_map.h"
#include "tools/volume/grid.h"
#include "tools/volume/map_value.h"

namespace crbrt::dicom {

/// A map that becomes a series.
struct MapOfSeries {
  std::string name;        ///< "T1map"
  std::string program;     ///< "crbrt-map"
  std::string derivation;  ///< what it is and what made it
  std::string comment;     ///< ImageComments, behind "Not for diagnostic use."
  Code unit;
  QuantityCode quantity;
  StoredMap stored;             ///< [voxel of the grid of the maps]
  volume::Window window{0, 1};  ///< in what slope and intercept make of stored numbers
  long series_number = 1;
  std::string series_uid;
};

/// The bytes of the file of slice `slice`. order: where the series' voxels lie in the grid of the maps.
std::string image_of(const SourceSeries& source, const volume::StorageOrder& order, const MapOfSeries& map, std::size_t slice);

/// The same for the same map of the same series, made by the same version with the same words.
std::string series_uid_of(const SourceSeries& source, const MapOfSeries& map);

/// "CRBRT_0.2.0", as the head of every file of ours has it (ImplementationVersionName).
std::string implementation_name();

}  // namespace crbrt::dicom
