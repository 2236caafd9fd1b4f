// SPDX-License-Identifier: Apache-2.0
// Medians and Pearson's correlation.
#include "tools/compare/agreement.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/median.h"

namespace crbrt::compare {
namespace {

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const double mean_x = mean(x), mean_y = mean(y);
  double xx = 0, xy = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

double share_of_overlaps(const ErrorBars& estimate, const ErrorBars& reference) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < estimate.value.size(); ++i)
    if (std::abs(estimate.value[i] - reference.value[i]) <= 2 * (estimate.std[i] + reference.std[i])) ++n;
  return static_cast<double>(n) / static_cast<double>(estimate.value.size());
}

const char* name(Judgement judgement) noexcept {
  switch (judgement) {
    case Judgement::agree: return "agree";
    case Judgement::differ: return "differ";
    case Judgement::disagree: return "disagree";
  }
  return "";
}

double typical_difference(const std::vector<double>& estimate, const std::vector<double>& reference) {
  const auto [least, most] = std::minmax_element(reference.begin(), reference.end());
  if (!(*least < 0 && *most > 0)) return agreement(estimate, reference).median_absolute_relative_difference;
  std::vector<double> differences, sizes;
  for (std::size_t i = 0; i < estimate.size(); ++i) {
    differences.push_back(std::abs(estimate[i] - reference[i]));
    sizes.push_back(std::abs(reference[i]));
  }
  return base::median(differences) / base::median(sizes);
}

Judgement judged(double difference) noexcept {
  if (difference <= agreement_limit) return Judgement::agree;
  return difference <= difference_limit ? Judgement::differ : Judgement::disagree;
}

double typical_bar(const ErrorBars& estimate, const ErrorBars& reference) {
  std::vector<double> bars;
  for (std::size_t i = 0; i < estimate.value.size(); ++i)
    if (reference.value[i] != 0) bars.push_back(std::hypot(estimate.std[i], reference.std[i]) / std::abs(reference.value[i]));
  return base::median(bars);
}

Agreement agreement(const std::vector<double>& estimate, const std::vector<double>& reference) {
  std::vector<double> relative, absolute;
  for (std::size_t i = 0; i < estimate.size(); ++i) {
    if (reference[i] == 0) continue;
    relative.push_back((estimate[i] - reference[i]) / std::abs(reference[i]));
    absolute.push_back(std::abs(relative.back()));
  }
  return {estimate.size(),        correlation(estimate, reference), base::median(relative),
          base::median(absolute), base::median(estimate),           base::median(reference)};
}

}  // namespace crbrt::compare
