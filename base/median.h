// SPDX-License-Identifier: Apache-2.0
/// The middle of a list of numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace crbrt::base {

/// The middle value, of an even count the upper one of the two: always one of the values. At least one; none is NaN. Reorders
/// them: afterwards none before the middle is larger.
template <class T>
T upper_median(std::vector<T>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The middle value, of an even count the mean of the two. NaN for none; no value is NaN.
inline double median(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double upper = upper_median(values);
  if (values.size() % 2 == 1) return upper;
  return (upper + *std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2))) / 2;
}

}  // namespace crbrt::base
