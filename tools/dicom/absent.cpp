// SPDX-License-Identifier: Apache-2.0
// Built without DCMTK: the option is there, and says so.
#include "base/error.h"
#include "tools/dicom/map_series.h"

namespace crbrt::dicom {

struct MapSeries::Impl {};

MapSeries::MapSeries(const std::string& folder, const volume::ImageOptions&, const volume::Grid&, base::Warnings&) {
  if (!folder.empty())
    throw base::Error(base::exit_output, "--dicom-like: this program was built without DCMTK (docs/dicom.md)");
}

MapSeries::~MapSeries() = default;

void MapSeries::add_to(volume::RunPlan&, const std::vector<std::string>&) const {}

void MapSeries::open(const std::vector<std::string>&) {}

void MapSeries::stage(const volume::MapFolder&, base::Warnings&) {}

void MapSeries::commit() {}

}  // namespace crbrt::dicom
