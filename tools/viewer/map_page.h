/// The page of a folder of maps that --report writes: one HTML file that needs nothing but a browser with WebGL 2. It holds
/// NiiVue (npm, tools/viewer/package.json), the maps at reduced precision, and what page.js draws of them.
#pragma once

#include <string>

#include "tools/volume/grid.h"
#include "tools/volume/image_run.h"

namespace crbrt::viewer {

struct PageOptions {
  std::string page;         ///< the HTML file
  std::string folder;       ///< of maps, as crbrt-map and crbrt-fit leave it
  std::string labels;       ///< an atlas; empty: no regions
  std::string label_names;  ///< a table of their names; empty: numbers
  volume::GridCheck grid_check = volume::GridCheck::world;
};

/// What a run was asked for.
PageOptions page_options(const volume::ImageOptions& options);

/// Before any work: throws Error (exit_output) where NiiVue is not installed beside the programs, OutputError where the page or
/// its CSV cannot be written, InputError where labels (of the voxels of `grid`) or names cannot be read. Does nothing where no
/// page is asked for.
void expect_page(const PageOptions& options, const volume::Grid& grid);

/// Where the statistics of the regions of a page go: the page's name with .csv in place of its extension.
std::string regions_csv(const std::string& page);

/// Writes the page, where one is asked for, and the statistics of the regions, where there are labels. Throws InputError,
/// OutputError.
void write_map_page(const PageOptions& options);

}  // namespace crbrt::viewer
