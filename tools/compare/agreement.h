/// Numbers that say how far two estimates of the same voxels agree.
#pragma once

#include <cstddef>
#include <vector>

namespace crbrt::compare {

struct Agreement {
  std::size_t n = 0;
  double correlation = 0;                 ///< Pearson's; NaN where one side is constant
  double median_relative_difference = 0;  ///< median of (estimate - reference) / |reference|
  double median_absolute_relative_difference = 0;
  double median_estimate = 0, median_reference = 0;
};

/// Of equal length and at least one pair. Pairs whose reference is zero count in the medians and the correlation only.
Agreement agreement(const std::vector<double>& estimate, const std::vector<double>& reference);

struct ErrorBars {
  std::vector<double> value, std;  ///< of equal length
};

/// Share of the pairs whose intervals value +- 2 std have a point in common. An infinite std overlaps with everything. Of at
/// least one pair.
double share_of_overlaps(const ErrorBars& estimate, const ErrorBars& reference);

}  // namespace crbrt::compare
