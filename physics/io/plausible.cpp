// SPDX-License-Identifier: Apache-2.0
// The bounds are those of the table of quantities (Plausible); here is what a number beyond them usually is.
#include "physics/io/plausible.h"

#include "base/number_text.h"

namespace crbrt::physics {
namespace {

std::string likely_unit(const Quantity& quantity, bool is_high) {
  if (quantity.unit == "s") return is_high ? "ms instead of s" : "a rate instead of a time";
  if (quantity.unit == "1/s") return is_high ? "a time in ms instead of a rate" : "1/ms instead of 1/s";
  if (quantity.unit == "1") return is_high ? "percent instead of a ratio" : "another unit than a ratio";
  return std::string("another unit than ").append(quantity.unit);
}

std::string with_unit(double value, const Quantity& quantity) {
  std::string text = base::number_text(value, "%g");
  if (quantity.unit != "1") text.append(" ").append(quantity.unit);
  return text;
}

}  // namespace

std::string plausible_range(const Quantity& quantity) {
  return std::string(quantity.key)
      .append(" from ")
      .append(base::number_text(quantity.plausible.low, "%g"))
      .append(" to ")
      .append(with_unit(quantity.plausible.high, quantity));
}

std::string why_implausible(const Quantity& quantity, double value) {
  const bool is_low = value<quantity.plausible.low, is_high = value> quantity.plausible.high;
  if (value == 0 || (!is_low && !is_high)) return {};
  return with_unit(value, quantity).append(" (").append(likely_unit(quantity, is_high)).append("?)");
}

}  // namespace crbrt::physics
