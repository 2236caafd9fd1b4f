// SPDX-License-Identifier: Apache-2.0
// A fixed window makes studies comparable; one that most voxels lie outside of shows nothing.
#include "tools/dicom/window.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "physics/quantity.h"
#include "tools/volume/bids_names.h"
#include "tools/volume/map_description.h"

namespace crbrt::dicom {
namespace {

std::vector<double> sorted_estimates(double factor, std::span<const float> values, const std::vector<bool>& is_estimated) {
  std::vector<double> sorted;
  for (std::size_t v = 0; v < values.size(); ++v)
    if (is_estimated[v] && std::isfinite(values[v])) sorted.push_back(factor * static_cast<double>(values[v]));
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

std::optional<volume::Window> window_of_quantity(const std::string& output, const std::string& map_unit, double factor) {
  const physics::Quantity* const quantity = physics::find_quantity(output);
  if (quantity == nullptr || quantity->map.name.empty()) return std::nullopt;
  const auto times = map_unit == "ms" ? volume::TimeUnit::whole_milliseconds : volume::TimeUnit::seconds;
  const volume::MapDescription map = volume::describe_map(*quantity, times);
  if (map.unit != map_unit || !(map.window.low < map.window.high)) return std::nullopt;
  return volume::Window{factor * map.window.low, factor * map.window.high};
}

bool holds_most(const volume::Window& window, const std::vector<double>& sorted) {
  const auto first = std::lower_bound(sorted.begin(), sorted.end(), window.low);
  const auto last = std::upper_bound(first, sorted.end(), window.high);
  return static_cast<double>(last - first) >= least_inside * static_cast<double>(sorted.size());
}

}  // namespace

volume::Window window_of(const std::string& output, const std::string& map_unit, double factor, std::span<const float> values,
                         const std::vector<bool>& is_estimated) {
  const std::vector<double> sorted = sorted_estimates(factor, values, is_estimated);
  const std::optional<volume::Window> fixed = window_of_quantity(output, map_unit, factor);
  if (fixed && holds_most(*fixed, sorted)) return *fixed;
  if (sorted.empty()) return {0, 1};
  const auto n_left_out = static_cast<std::size_t>(left_out * static_cast<double>(sorted.size()));
  const double low = sorted[n_left_out], high = sorted[sorted.size() - 1 - n_left_out];
  if (low < high) return {std::min(low, 0.0), high};
  // One number in most voxels: in the middle of a window that DICOM can say.
  return {low - 0.5, low + 0.5};
}

}  // namespace crbrt::dicom
