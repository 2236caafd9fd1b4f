// SPDX-License-Identifier: Apache-2.0
// Three digits: a verdict is no table.
#include "tools/verdict/words.h"

#include <algorithm>
#include <cmath>

#include "base/number_text.h"
#include "physics/quantity.h"

namespace crbrt::verdict {

std::string number(double value) {
  // "%.3g" would write 1234 as 1.23e+03.
  const double size = std::abs(value);
  if (size >= 1000 && size < 1e7) return base::number_text(value, "%.0f");
  return base::number_text(value, "%.3g");
}

std::string percent(double share) { return base::number_text(100 * share, std::abs(share) < 0.1 ? "%.2g %%" : "%.0f %%"); }

std::string snr_text(double snr) { return "SNR " + base::number_text(snr, "%.6g"); }

std::string Shown::bare_value(double si) const { return number(factor * si); }

std::string Shown::value(double si) const { return bare_value(si) + (unit.empty() ? "" : " " + unit); }

Shown shown(const std::string& name, const std::string& si_unit) {
  const physics::Quantity* const known = physics::find_quantity(name);
  if (known != nullptr && known->unit == si_unit)
    return {std::string(known->symbol), std::string(known->display.unit), known->display.factor};
  std::string plain = name;
  std::replace(plain.begin(), plain.end(), '_', ' ');
  return {plain, si_unit == "1" ? "" : si_unit};
}

std::string part_in_words(const evaluation::PartedParameter& parameter, std::size_t index) {
  const Shown q = shown(parameter.name, parameter.unit);
  const evaluation::Part& part = parameter.parts[index];
  if (index == 0) return q.symbol + " below " + q.value(part.high);
  if (index + 1 == parameter.parts.size()) return q.symbol + " above " + q.value(part.low);
  return q.symbol + " from " + q.bare_value(part.low) + " to " + q.value(part.high);
}

}  // namespace crbrt::verdict
