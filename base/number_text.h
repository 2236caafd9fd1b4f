// SPDX-License-Identifier: Apache-2.0
/// Numbers as people read them: texts, and round ends of an axis.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>

namespace crbrt::base {

/// printf of one double; the first 63 characters of it.
inline std::string number_text(double value, const char* format) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// The smallest of 1, 2, 5 times a power of ten that is at least x > 0.
inline double nice_ceiling(double x) {
  const double power = std::pow(10, std::floor(std::log10(x)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= x) return factor * power;
  return 10 * power;
}

}  // namespace crbrt::base
