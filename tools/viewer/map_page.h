// SPDX-License-Identifier: Apache-2.0
/// The page of a folder of maps that --report writes: one HTML file that needs nothing but a browser with WebGL 2. It holds
/// NiiVue (npm, tools/viewer/package.json), the maps at reduced precision, and what page.js draws of them.
#pragma once

#include <string>

#include "base/companion_file.h"
#include "tools/volume/grid.h"
#include "tools/volume/image_run.h"
#include "tools/volume/maps_out.h"

namespace crbrt::viewer {

struct PageOptions {
  std::string folder;       ///< of maps, as crbrt-map and crbrt-fit leave it
  std::string title;        ///< what the page calls them
  std::string labels;       ///< an atlas; empty: no regions
  std::string label_names;  ///< a table of their names; empty: numbers
  volume::GridCheck grid_check = volume::GridCheck::world;
};

/// The page of a run, where one is asked for, and the statistics of its regions, where there are labels.
class MapPage {
 public:
  /// Before any work: throws Error (exit_output) where NiiVue is not installed beside the programs, OutputError where the page
  /// or its CSV cannot be written, InputError where labels (of the voxels of `grid`) or names cannot be read.
  MapPage(const volume::ImageOptions& options, const volume::Grid& grid);

  /// Both, of maps that are complete and not yet in place. Throws InputError, OutputError.
  void stage(volume::MapFolder& maps);
  /// After the maps.
  void commit();

 private:
  PageOptions options_;
  base::CompanionFile page_, csv_;
};

}  // namespace crbrt::viewer
