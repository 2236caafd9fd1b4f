// SPDX-License-Identifier: Apache-2.0
// Selecting by the truth, as the slope does, leaves the slope of a linear relation as it is.
#include "tools/evaluation/spread.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace crbrt::evaluation {
namespace {

constexpr double central_low = 0.15866, central_high = 0.84134;  // a standard deviation of a Gaussian on either side
constexpr double slope_range_in_widths = 2;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double quantile(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  if (below + 1 >= sorted.size()) return sorted.back();
  return std::lerp(sorted[below], sorted[below + 1], at - static_cast<double>(below));
}

Spread spread_of(std::vector<double> values) {
  std::erase_if(values, [](double v) { return !std::isfinite(v); });
  if (values.empty()) return {nan, nan};
  std::sort(values.begin(), values.end());
  return {quantile(values, 0.5), (quantile(values, central_high) - quantile(values, central_low)) / 2};
}

std::vector<double> sorted_usable(const Eigen::ArrayXXd& values, const Eigen::ArrayXXd& bound, Eigen::Index j) {
  std::vector<double> usable;
  for (Eigen::Index f = 0; f < values.cols(); ++f)
    if (bound(j, f) > 0 && std::isfinite(values(j, f))) usable.push_back(values(j, f));
  std::sort(usable.begin(), usable.end());
  return usable;
}

double data_share(const Eigen::ArrayXXd& truth, const Eigen::ArrayXXd& bias, const Eigen::ArrayXXd& bound, Eigen::Index j) {
  const Spread spread = spread_of(sorted_usable(truth, bound, j));
  double n = 0, sum_t = 0, sum_b = 0, sum_tt = 0, sum_tb = 0;
  for (Eigen::Index f = 0; f < truth.cols(); ++f) {
    const double t = truth(j, f) - spread.median, b = bias(j, f);  // about the median: sums of squares stay small
    if (!(bound(j, f) > 0) || !std::isfinite(b) || std::abs(t) > slope_range_in_widths * spread.width) continue;
    n += 1;
    sum_t += t;
    sum_b += b;
    sum_tt += t * t;
    sum_tb += t * b;
  }
  const double variance = sum_tt - sum_t * sum_t / n;
  if (!(n >= 3) || !(spread.width > 0) || !(variance > 0)) return nan;
  return 1 + (sum_tb - sum_t * sum_b / n) / variance;
}

}  // namespace crbrt::evaluation
