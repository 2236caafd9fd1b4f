// SPDX-License-Identifier: Apache-2.0
/// Maps against the truth of a phantom: errors over the digital brain, medians and quartiles in the tubes.
#pragma once

#include <string>
#include <vector>

#include "tools/phantom/brain.h"

namespace crbrt::phantom {

struct MeasureOptions {
  std::string phantom;  ///< folder of make_phantom()
  std::string maps;     ///< folder of crbrt-map
  std::string stats;    ///< --stats file of crbrt-map
  std::string json;     ///< summary
  std::string slices;   ///< folder for the pictures' numbers; empty: none
};

/// Prints a table and writes the summary: voxels, kernel_s, total_s, threads, isa, precision, model, macs_per_voxel, and per
/// map and tissue rmse, rms_sqrt_crb, mean_error, mean_truth, voxels and, where the maps have standard deviations, the shares
/// within_one_std and within_two_std (68 % and 95 % are due). Voxels that the run flagged as not computed or without
/// signal do not count. Throws InputError, OutputError.
void measure(const MeasureOptions& options);

/// Ends of the quarters of some numbers, linear between the two nearest; at least one number.
struct Quartiles {
  double low = 0, median = 0, high = 0;
};
Quartiles quartiles(std::vector<double> values);

struct Method {
  std::string name;    ///< "NLLS"
  std::string folder;  ///< of maps
};

struct RoiOptions {
  std::string phantom;  ///< folder of make_tubes()
  std::vector<Method> methods;
  std::string csv;
  std::string boxes;  ///< folder for gnuplot's numbers; empty: none
};

/// Writes CSV lines "map,unit,tube,name,method,voxels,truth,median,quartile_low,quartile_high", and for every map
/// BOXES/<map>.dat with the columns "position, value, method" and BOXES/<map>.truth with "from, to, truth" for
/// scripts/plot_tubes.gp (BOXES/settings.gp names what is in them). Voxels without an estimate do not count. Prints the table.
/// Throws InputError, OutputError.
void measure_rois(const RoiOptions& options);

/// A map and what it should be, over the whole grid.
struct MapPair {
  std::string map, output, unit;
  std::vector<float> estimate, truth;
};

/// Writes FOLDER/<map>.dat (estimate, truth and difference as three matrices, -1e9 outside the brain) and FOLDER/settings.gp
/// (names, labels and colour ranges of all, for scripts/plot_maps.gp and scripts/plot_overview.gp). The slice is the one with
/// the most voxels. Throws OutputError.
void write_slices(const std::string& folder, const volume::Grid& grid, const std::vector<float>& labels,
                  const std::vector<MapPair>& maps);

}  // namespace crbrt::phantom
