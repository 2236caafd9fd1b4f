// SPDX-License-Identifier: Apache-2.0
// Labels as floats come from any image format; a float holds every whole number that an atlas uses.
#include "tools/viewer/regions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "base/error.h"
#include "base/number_text.h"
#include "base/read_file.h"
#include "tools/volume/image_values.h"

namespace crbrt::viewer {

std::map<long, std::vector<std::size_t>> read_labels(const std::string& path, const volume::Grid& grid,
                                                     volume::GridCheck check) {
  constexpr float largest = 1 << 24;
  constexpr std::size_t most = 4096;
  const std::vector<float> values = volume::read_values(path, grid, check);
  std::map<long, std::vector<std::size_t>> labels;
  for (std::size_t v = 0; v < values.size(); ++v) {
    if (values[v] == 0) continue;
    if (!(values[v] > 0 && values[v] <= largest) || values[v] != std::floor(values[v]))
      throw base::InputError(path, "labels that are whole numbers from 0 on",
                             base::number_text(static_cast<double>(values[v]), "%g"));
    labels[static_cast<long>(values[v])].push_back(v);
    if (labels.size() > most) throw base::InputError(path, "at most " + std::to_string(most) + " labels", "more");
  }
  return labels;
}

double percentile(std::vector<double>& values, double share) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  if (!std::is_sorted(values.begin(), values.end())) std::sort(values.begin(), values.end());
  const double position = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (position - static_cast<double>(below)) * (values[above] - values[below]);
}

RegionStatistics statistics(const std::vector<std::size_t>& voxels, const std::vector<float>& values,
                            const std::vector<float>& std, const std::vector<bool>& is_ok) {
  std::vector<double> inside;
  double sum = 0, weights = 0, weighted = 0;
  for (const std::size_t v : voxels) {
    const auto value = static_cast<double>(values[v]);
    if (!is_ok[v] || !std::isfinite(value)) continue;
    inside.push_back(value);
    sum += value;
    const double sigma = std.empty() ? 0 : static_cast<double>(std[v]);
    if (!(sigma > 0) || !std::isfinite(sigma)) continue;
    weights += 1 / (sigma * sigma);
    weighted += value / (sigma * sigma);
  }
  RegionStatistics result;
  result.voxels = inside.size();
  const auto n = static_cast<double>(inside.size());
  result.mean = sum / n;
  double squares = 0;
  for (const double value : inside) squares += (value - result.mean) * (value - result.mean);
  result.std = n > 1 ? std::sqrt(squares / (n - 1)) : std::numeric_limits<double>::quiet_NaN();
  result.p05 = percentile(inside, 0.05);
  result.quartile_low = percentile(inside, 0.25);
  result.median = percentile(inside, 0.5);
  result.quartile_high = percentile(inside, 0.75);
  result.p95 = percentile(inside, 0.95);
  if (weights > 0) {
    result.weighted_mean = weighted / weights;
    result.weighted_error = 1 / std::sqrt(weights);
  }
  return result;
}

}  // namespace crbrt::viewer
