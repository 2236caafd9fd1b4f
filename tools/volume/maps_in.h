// SPDX-License-Identifier: Apache-2.0
/// Folders of maps as crbrt-map and crbrt-fit leave them: their maps by the names of today, and how to draw them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/volume/grid.h"

namespace crbrt::volume {

struct MapFile {
  std::string path;
  double factor = 1;            ///< value in today's unit over the stored one
  bool is_unit_stated = false;  ///< by a sidecar, or by a name that ends in _ms; else `factor` supposes what today's maps have
};

/// By name without extension: "T1map", "T1map_std", "B0map".
using MapFiles = std::map<std::string, MapFile>;

/// All maps of a folder but the status; of a map that is there plain and compressed the plain one. A map of version 0.1 stands
/// under today's name: b1_rel is TB1map, omega0_rad_s is B0map (in Hz by the factor), m0_abs is M0map. A map in another unit
/// than today's, as --units ms writes it, is in today's by the factor. Throws InputError for a folder that cannot be read, and,
/// of a map of the table of quantities, for a sidecar that is no JSON or states a unit that is no unit of the quantity.
MapFiles maps_in(const std::string& folder);

/// The values of a map in today's unit, [voxel of `grid`]. Throws InputError as read_values() does.
std::vector<float> read_map(const MapFile& map, const Grid& grid, GridCheck check);

/// The map of this name. Throws InputError naming the file that is missing from `folder`.
const MapFile& map_named(const std::string& name, const MapFiles& maps, const std::string& folder);

/// The image of one map, as it is stored: .nii, or .nii.gz where the run was asked to compress.
std::string map_path(const std::string& folder, const std::string& map);

/// A value outside its output's range (crbrt-map) or at a bound (crbrt-fit) is an estimate too.
bool is_estimate(float status);

/// What scripts/plot_slice.gp needs: the extents of a slice, and path, label, factor and window of every map that the table of
/// quantities knows, in its order. Throws InputError for a compressed one, which gnuplot cannot read.
std::string plot_settings(const MapFiles& maps, const Shape& shape);

}  // namespace crbrt::volume
