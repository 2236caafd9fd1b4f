// SPDX-License-Identifier: Apache-2.0
/// A drawing in SVG: errors in units of the bound against time a voxel, both on logarithmic axes.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace crbrt::bench {

/// One estimator of a chart. `key` names what is shown on hovering.
struct ChartPoint {
  std::string number, name, colour, key;
  double us = 0;
  double total = 0, median = 0;          ///< in sqrt(CRB)
  std::optional<double> bias, spread{};  ///< likewise, where voxels share a truth
};

/// A filled circle with the estimator's number for the total; a triangle for the bias and a dash for the
/// spread below it, where they are known, and a ring for the median of the magnitudes.
/// Values below 0.05 are drawn at the lower edge.
std::string error_chart(const std::string& title, const std::vector<ChartPoint>& points);

}  // namespace crbrt::bench
