// SPDX-License-Identifier: Apache-2.0
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

/// What the numbers of a pair of maps mean, in one word.
enum class Judgement {
  agree,     ///< the typical difference is at most 5 %
  differ,    ///< at most 20 %
  disagree,  ///< more: these maps do not show the same, whatever their error bars say
};
const char* name(Judgement judgement) noexcept;  ///< "agree", "differ", "disagree"

inline constexpr double agreement_limit = 0.05, difference_limit = 0.2;

/// The size of a difference that is typical of two maps: the median of |estimate - reference| / |reference|; where the
/// reference has both signs, as B0 does, and single ratios mean nothing near zero, the median of |estimate - reference| over
/// that of |reference|.
double typical_difference(const std::vector<double>& estimate, const std::vector<double>& reference);
Judgement judged(double typical_difference) noexcept;

struct ErrorBars {
  std::vector<double> value, std;  ///< of equal length
};

/// Share of the pairs whose intervals value +- 2 std have a point in common. An infinite std overlaps with everything. Of at
/// least one pair.
double share_of_overlaps(const ErrorBars& estimate, const ErrorBars& reference);

/// Median of sqrt(std^2 + std^2) / |reference|: how far apart two estimates of one value lie by chance. Where it is large, the
/// intervals overlap whatever the estimates are. Infinite where most bars are.
double typical_bar(const ErrorBars& estimate, const ErrorBars& reference);

}  // namespace crbrt::compare
