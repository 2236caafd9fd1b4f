// SPDX-License-Identifier: Apache-2.0
/// How a map is shown: the window of its colours, its histogram, and how finely a page stores it.
#pragma once

#include <vector>

#include "base/json.h"
#include "physics/quantity.h"
#include "tools/viewer/page_run.h"

namespace crbrt::viewer {

/// Values of the voxels whose status is ok, sorted.
std::vector<double> ok_values(const Run& run, const std::vector<float>& values);

/// A step that divides the range from the 0.5th to the 99.5th percentile into so many levels; 1 where there is no range.
double step_of(std::vector<double>& sorted, int levels);

struct Window {
  double low = 0, high = 1;
};

/// In the displayed unit: the quantity's own, else from the 2nd to the 98th percentile; never empty, also of no values.
Window window_of(const physics::Quantity* quantity, std::vector<double>& sorted);

/// {"low", "high", "count": [64], "below", "above"}
Json histogram(const std::vector<double>& sorted, const Window& window);

/// null for what JSON cannot hold.
Json finite_or_null(double value);

}  // namespace crbrt::viewer
