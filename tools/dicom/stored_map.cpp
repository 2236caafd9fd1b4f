// SPDX-License-Identifier: Apache-2.0
// Texts are made first, and the doubles are read from them: a reader of the text and a reader of the double get the same.
#include "tools/dicom/stored_map.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace crbrt::dicom {
namespace {

constexpr long n_step = 65533;         // of 65535, because the intercept is rounded to a whole step
constexpr double least_slope = 1e-30;  // readers keep it in single precision

/// digits * 10^exponent, at least `least`: two digits, rounded up.
struct Decimal {
  long digits = 1;
  int exponent = 0;

  double value() const { return std::strtod(text(1).c_str(), nullptr); }
  std::string text(long factor) const {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, exponent == 0 ? "%ld" : "%lde%d", digits * factor, exponent);
    return buffer;
  }
};

Decimal rounded_up(double least) {
  Decimal decimal;
  decimal.exponent = static_cast<int>(std::floor(std::log10(least))) - 1;
  decimal.digits = static_cast<long>(std::ceil(least / std::pow(10.0, decimal.exponent)));
  while (decimal.value() < least) ++decimal.digits;
  if (decimal.digits > 99) decimal = {10, decimal.exponent + 1};
  return decimal;
}

/// The 99th percentile of the sizes of all estimates.
double typical_size(std::span<const double> values, const std::vector<bool>& is_estimated) {
  std::vector<double> sizes;
  for (std::size_t v = 0; v < values.size(); ++v)
    if (is_estimated[v] && std::isfinite(values[v])) sizes.push_back(std::abs(values[v]));
  if (sizes.empty()) return 0;
  const auto at = sizes.begin() + static_cast<std::ptrdiff_t>(((sizes.size() - 1) * 99 + 99) / 100);
  std::nth_element(sizes.begin(), at, sizes.end());
  return *at;
}

struct Range {
  double low = 0, high = 0;  // 0 is always inside: it is what voxels without an estimate hold
};

Range range_of(std::span<const double> values, const std::vector<bool>& has_number) {
  Range range;
  for (std::size_t v = 0; v < values.size(); ++v) {
    if (!has_number[v]) continue;
    range.low = std::min(range.low, values[v]);
    range.high = std::max(range.high, values[v]);
  }
  return range;
}

/// As maps in whole milliseconds do; and so does a map of zeros.
bool holds_whole_numbers(std::span<const double> values, const std::vector<bool>& has_number) {
  for (std::size_t v = 0; v < values.size(); ++v)
    if (has_number[v] && values[v] != std::nearbyint(values[v])) return false;
  return true;
}

}  // namespace

StoredMap stored_map(std::span<const float> of_map, const std::vector<bool>& is_estimated, double factor) {
  std::vector<double> values;
  for (const float value : of_map) values.push_back(factor * static_cast<double>(value));
  StoredMap map;
  const double typical = typical_size(values, is_estimated);
  const double limit = typical > 0 ? largest_over_typical * typical : HUGE_VAL;
  std::vector<bool> has_number = is_estimated;
  for (std::size_t v = 0; v < values.size(); ++v) {
    if (!is_estimated[v]) continue;
    has_number[v] = std::isfinite(values[v]) && std::abs(values[v]) <= limit;
    if (!has_number[v]) ++map.n_beyond;
  }
  const Range range = range_of(values, has_number);
  const double least = (range.high - range.low) / n_step;
  const bool is_whole = least <= 1 && holds_whole_numbers(values, has_number);
  const Decimal slope = is_whole ? Decimal{} : rounded_up(std::max(least, least_slope));
  map.slope_text = slope.text(1);
  map.slope = slope.value();
  const long below = static_cast<long>(std::ceil(-range.low / map.slope));
  if (below > 0) {
    map.intercept_text = slope.text(-below);
    map.intercept = std::strtod(map.intercept_text.c_str(), nullptr);
  }
  map.padding = static_cast<std::uint16_t>(below);
  map.values.assign(values.size(), *map.padding);
  for (std::size_t v = 0; v < values.size(); ++v)
    if (has_number[v]) map.values[v] = static_cast<std::uint16_t>(std::lround(values[v] / map.slope) + below);
  return map;
}

StoredMap stored_codes(std::span<const float> codes) {
  StoredMap map;
  map.values.assign(codes.begin(), codes.end());
  return map;
}

}  // namespace crbrt::dicom
