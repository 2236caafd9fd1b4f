// SPDX-License-Identifier: Apache-2.0
// Edges come from the data set, never from the estimates.
#include "tools/evaluation/distribution.h"

#include <algorithm>
#include <cmath>

#include "base/number_text.h"

namespace crbrt::evaluation {
namespace {

constexpr std::size_t n_bias_bin = 81, n_std_bin = 80;
constexpr double bias_range_in_sqrt_crb = 2, max_std_over_sqrt_crb = 2;

/// Columns with a bound, easiest first.
std::vector<Eigen::Index> by_bound(const Realisations& realisations, Eigen::Index j) {
  std::vector<Eigen::Index> columns;
  for (Eigen::Index f = 0; f < realisations.bound.cols(); ++f)
    if (realisations.bound(j, f) > 0) columns.push_back(f);
  std::stable_sort(columns.begin(), columns.end(),
                   [&](Eigen::Index a, Eigen::Index b) { return realisations.bound(j, a) < realisations.bound(j, b); });
  return columns;
}

}  // namespace

void Histogram::add(double value) {
  if (std::isnan(value)) return;
  if (value < low) {
    ++below;
  } else if (value >= high) {
    ++above;
  } else {
    const auto bin = static_cast<std::size_t>((value - low) / (high - low) * static_cast<double>(count.size()));
    ++count[std::min(bin, count.size() - 1)];  // rounding may reach the upper edge
  }
}

Histogram bias_histogram(const Realisations& realisations, Eigen::Index j) {
  const auto columns = by_bound(realisations, j);
  if (columns.empty()) return {-1, 1, n_bias_bin};
  const double range =
      base::nice_ceiling(bias_range_in_sqrt_crb * std::sqrt(realisations.bound(j, columns[columns.size() / 2])));
  Histogram histogram(-range, range, n_bias_bin);
  for (const Eigen::Index f : columns) histogram.add(realisations.bias(j, f));
  return histogram;
}

Histogram std_histogram(const Realisations& realisations, Eigen::Index j) {
  Histogram histogram(0, max_std_over_sqrt_crb, n_std_bin);
  for (Eigen::Index f = 0; f < realisations.bound.cols(); ++f)
    histogram.add(std::sqrt(realisations.variance(j, f) / realisations.bound(j, f)));
  return histogram;
}

BoundBins split_by_bound(const Realisations& realisations, Eigen::Index j, std::size_t n_bin) {
  const auto columns = by_bound(realisations, j);
  BoundBins bins;
  if (columns.empty()) return bins;
  n_bin = std::min(n_bin, columns.size());
  const auto root = [&](std::size_t i) { return std::sqrt(realisations.bound(j, columns[i])); };
  for (std::size_t b = 0; b < n_bin; ++b) {
    const std::size_t begin = b * columns.size() / n_bin, end = (b + 1) * columns.size() / n_bin;
    double bias2 = 0, variance = 0;
    for (std::size_t i = begin; i < end; ++i) {
      bias2 += realisations.bias2(j, columns[i]) / realisations.bound(j, columns[i]);
      variance += realisations.variance(j, columns[i]) / realisations.bound(j, columns[i]);
    }
    bins.sqrt_crb_edges.push_back(root(begin));
    bins.count.push_back(end - begin);
    bins.bias2_over_crb.push_back(bias2 / static_cast<double>(end - begin));
    bins.var_over_crb.push_back(variance / static_cast<double>(end - begin));
  }
  bins.sqrt_crb_edges.push_back(root(columns.size() - 1));
  return bins;
}

}  // namespace crbrt::evaluation
