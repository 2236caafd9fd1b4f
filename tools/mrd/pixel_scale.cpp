// SPDX-License-Identifier: Apache-2.0
// Digits are cut by printing: what is written is what is computed with.
#include "tools/mrd/pixel_scale.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/number_text.h"

namespace crbrt::mrd {
namespace {

/// The least number of four digits that is not below `value`, which is positive.
double rounded_up(double value) {
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - 3);
  const auto four_digits = [](double number) { return std::strtod(base::number_text(number, "%.3e").c_str(), nullptr); };
  const double nearest = four_digits(value);
  return nearest < value ? four_digits(value + unit) : nearest;
}

}  // namespace

PixelScale pixel_scale(double low, double high, std::uint16_t most) {
  if (low >= 0) return {rounded_up(high / most), 0, most};
  // One pixel more below, for those without an estimate.
  const double step = (high - low) / (most - 1);
  const double intercept = -rounded_up(-low + step);
  return {rounded_up((high - intercept) / most), intercept, most};
}

std::string decimal(double value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace crbrt::mrd
