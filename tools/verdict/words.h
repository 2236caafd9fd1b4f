// SPDX-License-Identifier: Apache-2.0
/// Outputs, values and parts of the parameter space as sentences name them.
#pragma once

#include <string>

#include "tools/evaluation/parts.h"

namespace crbrt::verdict {

/// A quantity in the unit that people read: from the table of quantities, or as the data set names it.
struct Shown {
  std::string symbol;  ///< "T2f"
  std::string unit;    ///< "ms"; empty for a ratio
  double factor = 1;   ///< times the SI value

  std::string value(double si) const;       ///< "57 ms"
  std::string bare_value(double si) const;  ///< "57"
};
Shown shown(const std::string& name, const std::string& si_unit);

std::string number(double value);   ///< three significant digits
std::string percent(double share);  ///< "12 %"
std::string snr_text(double snr);   ///< "SNR 50"

/// "T1 above 2500 ms", "T1 from 800 to 1200 ms": part `index` of a parameter.
std::string part_in_words(const evaluation::PartedParameter& parameter, std::size_t index);

}  // namespace crbrt::verdict
