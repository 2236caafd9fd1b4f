// SPDX-License-Identifier: Apache-2.0
/// Repeated measurements in the document: their median, and between which values the middle half of them lies.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/median.h"

namespace crbrt::bench {

/// object[key] and object[key + "_quartiles"], both times `unit`. At least one value.
inline void add_timing(base::Json& object, const std::string& key, std::vector<double> values, double unit) {
  const double middle = base::median(values);
  std::sort(values.begin(), values.end());
  const auto at = [&](std::size_t quarter) { return unit * values[(values.size() - 1) * quarter / 4]; };
  object[key] = unit * middle;
  object[key + "_quartiles"] = base::Json::array({at(1), at(3)});
}

}  // namespace crbrt::bench
