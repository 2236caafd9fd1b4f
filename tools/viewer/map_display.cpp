// SPDX-License-Identifier: Apache-2.0
// Colours and windows are those of the quantity, where it is known; everything else follows from the values themselves.
#include "tools/viewer/map_display.h"

#include <algorithm>
#include <cmath>

#include "tools/viewer/regions.h"

namespace crbrt::viewer {

/// Lipari for T1 and Navia for T2, as the community's recommendation has it ([qmri-colours] in docs/references.md).
const char* colours_of(const physics::Quantity* quantity) {
  if (quantity == nullptr) return "viridis";
  if (quantity->form == physics::Form::m0 || quantity->form == physics::Form::signal_norm) return "gray";
  switch (quantity->parameter) {
    case physics::Parameter::r1_free_hz:
    case physics::Parameter::r1_semi_hz: return "lipari";
    case physics::Parameter::r2_free_hz: return "navia";
    case physics::Parameter::omega0_rad_s:
    case physics::Parameter::b1_rel: return "blue2red";
    default: return "viridis";
  }
}

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
