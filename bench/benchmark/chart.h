/// A drawing in SVG: errors in units of the bound against time a voxel, both on logarithmic axes.
#pragma once

#include <string>
#include <vector>

namespace crbrt::bench {

/// One estimator of a chart. `key` names what is shown on hovering.
struct ChartPoint {
  std::string number, name, colour, key;
  double us = 0;
  double total = 0, bias = 0, spread = 0, median = 0;  ///< in sqrt(CRB)
};

/// A filled circle with the estimator's number for the total; a triangle for the bias and a dash for the
/// spread below it, and a ring for the median of the magnitudes.
/// Values below 0.05 are drawn at the lower edge.
std::string error_chart(const std::string& title, const std::vector<ChartPoint>& points);

}  // namespace crbrt::bench
