// SPDX-License-Identifier: Apache-2.0
// Windows are those of the quantity, where it is known; everything else follows from the values themselves.
#include "tools/viewer/map_display.h"

#include <algorithm>
#include <cmath>

#include "tools/viewer/regions.h"

namespace crbrt::viewer {

std::vector<double> ok_values(const Run& run, const std::vector<float>& values) {
  std::vector<double> inside;
  for (std::size_t v = 0; v < values.size(); ++v)
    if (run.is_ok[v] && std::isfinite(values[v])) inside.push_back(static_cast<double>(values[v]));
  std::sort(inside.begin(), inside.end());
  return inside;
}

double step_of(std::vector<double>& sorted, int levels) {
  if (sorted.empty()) return 1;
  const double spread = percentile(sorted, 0.995) - percentile(sorted, 0.005);
  const double size = std::max(std::abs(sorted.front()), std::abs(sorted.back()));
  const double range = spread > 1e-6 * size ? spread : size;
  return range > 0 ? range / levels : 1;
}

Window window_of(const physics::Quantity* quantity, std::vector<double>& sorted) {
  Window window{percentile(sorted, 0.02), percentile(sorted, 0.98)};
  if (quantity != nullptr && quantity->display.low < quantity->display.high)
    window = {quantity->display.factor * quantity->display.low, quantity->display.factor * quantity->display.high};
  if (window.low < window.high) return window;
  const double low = sorted.empty() ? 0 : window.low - 0.5;
  return {low, low + 1};
}

Json histogram(const std::vector<double>& sorted, const Window& window) {
  const auto [low, high] = window;
  constexpr std::size_t n_bin = 64;
  std::vector<std::uint64_t> count(n_bin);
  std::uint64_t below = 0, above = 0;
  for (const double value : sorted) {
    if (value < low)
      ++below;
    else if (value > high)
      ++above;
    else
      ++count[std::min(n_bin - 1, static_cast<std::size_t>((value - low) / (high - low) * n_bin))];
  }
  return {{"low", low}, {"high", high}, {"count", count}, {"below", below}, {"above", above}};
}

Json finite_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

}  // namespace crbrt::viewer
