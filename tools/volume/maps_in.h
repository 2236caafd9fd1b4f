/// Folders of maps as crbrt-map and crbrt-fit leave them: their maps by the names of today, and how to draw them.
#pragma once

#include <map>
#include <string>

#include "tools/volume/grid.h"

namespace crbrt::volume {

struct MapFile {
  std::string path;
  double factor = 1;  ///< value in today's unit over the stored one
};

/// By name without extension: "T1map", "T1map_std", "B0map".
using MapFiles = std::map<std::string, MapFile>;

/// All maps of a folder but the status. A map of version 0.1 stands under today's name: b1_rel is TB1map, omega0_rad_s is B0map
/// (in Hz by the factor), m0_abs is M0map. Maps of whole
/// milliseconds (--units ms) are in seconds by the factor. Throws InputError for a folder that cannot be read.
MapFiles maps_in(const std::string& folder);

/// The image of one map, as it is stored: .nii, or .nii.gz where the run was asked to compress.
std::string map_path(const std::string& folder, const std::string& map);

/// A value outside its output's range (crbrt-map) or at a bound (crbrt-fit) is an estimate too.
bool is_estimate(float status);

/// What scripts/plot_slice.gp needs: the extents of a slice, and path, label, factor and window of every map that the table of
/// quantities knows, in its order. Compressed maps are left out: gnuplot cannot read them.
std::string plot_settings(const MapFiles& maps, const Shape& shape);

}  // namespace crbrt::volume
