// SPDX-License-Identifier: Apache-2.0
/// The maps of a run as DICOM, one series a map, in a folder "dicom" beside the other files of the run (--dicom-like).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/warnings.h"
#include "tools/volume/grid.h"
#include "tools/volume/image_run.h"
#include "tools/volume/maps_out.h"
#include "tools/volume/run_plan.h"

namespace crbrt::dicom {

class MapSeries {
 public:
  /// Reads the headers of the series in `folder`, which has to have the voxels of `grid`; an empty `folder` asks for nothing.
  /// Before any work: throws InputError for a folder that holds no complete series of MR images, or one on another grid;
  /// Error (exit_output) where the programs were built without DCMTK.
  MapSeries(const std::string& folder, const volume::ImageOptions& options, const volume::Grid& grid, base::Warnings& warnings);
  ~MapSeries();

  bool is_asked_for() const noexcept { return impl_ != nullptr; }
  /// What would be read and written, of maps of these names (--dry-run).
  void add_to(volume::RunPlan& plan, const std::vector<std::string>& maps) const;

  /// Makes the folder, behind that of the maps, and locks it; `maps` are the names of all maps of the run. Throws OutputError,
  /// also where a file of another program has the name of one of ours.
  void open(const std::vector<std::string>& maps);
  /// Writes all maps of a folder that is complete and not yet in place, but status_detail. What has no number in 16 bits is
  /// added to `warnings`. Throws InputError, OutputError.
  void stage(const volume::MapFolder& maps, base::Warnings& warnings);
  /// After the maps.
  void commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crbrt::dicom
