/// The maps of a folder by the names that they have today, and how to draw them.
#pragma once

#include <map>
#include <string>

#include "tools/volume/grid.h"

namespace crbrt::compare {

struct MapFile {
  std::string path;
  double factor = 1;  ///< value in today's unit over the stored one
};

/// By name without extension: "T1map", "T1map_std", "B0map".
using MapFiles = std::map<std::string, MapFile>;

/// All maps of a folder but the status. A map of version 0.1 stands under today's name: b1_rel is TB1map, omega0_rad_s is B0map
/// (in Hz by the factor), m0_abs is M0map. Throws InputError for a folder that cannot be read.
MapFiles maps_in(const std::string& folder);

/// The file of the status map of a folder, compressed or not.
std::string status_map(const std::string& folder);

/// What scripts/plot_slice.gp needs: the extents of a slice, and path, label, factor and window of every map that the table of
/// quantities knows, in its order. Compressed maps are left out: gnuplot cannot read them.
std::string plot_settings(const MapFiles& maps, const volume::Shape& shape);

}  // namespace crbrt::compare
