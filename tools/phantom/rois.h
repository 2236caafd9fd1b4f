/// What different methods measure in the tubes: medians and quartiles for a table, single values for box plots.
#pragma once

#include <string>
#include <vector>

namespace crbrt::phantom {

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

}  // namespace crbrt::phantom
