// SPDX-License-Identifier: Apache-2.0
/// The numbers of a map: what is stored of a value, and which of them viewers show.
#pragma once

#include <cmath>

namespace crbrt::volume {

/// What a viewer shows from black to white (cal_min and cal_max), in the unit of the map; low = high: the viewer decides.
struct Window {
  double low = 0;
  double high = 0;
};

/// How a value becomes a whole number. A standard deviation is rounded up: it must not promise what the map does not hold.
enum class Rounding { none, nearest, up };

/// The number that a map holds of a value.
inline float stored_number(float value, double factor, Rounding rounding) {
  const double exact = static_cast<double>(value) * factor;
  if (rounding == Rounding::none) return static_cast<float>(exact);
  return static_cast<float>(rounding == Rounding::nearest ? std::nearbyint(exact) : std::ceil(exact));
}

}  // namespace crbrt::volume
