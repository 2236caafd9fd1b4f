// SPDX-License-Identifier: Apache-2.0
/// What a file holds, on the one line of a message.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace crbrt::base {

/// "x (4x3), mask (4x3) and 5 more"; `none` where nothing is listed.
inline std::string listed(const std::vector<std::string>& entries, const std::string& none) {
  constexpr std::size_t most = 12;
  if (entries.empty()) return none;
  std::string all;
  for (std::size_t i = 0; i < std::min(most, entries.size()); ++i) all += (i == 0 ? "" : ", ") + entries[i];
  if (entries.size() > most) all += " and " + std::to_string(entries.size() - most) + " more";
  return all;
}

}  // namespace crbrt::base
