// SPDX-License-Identifier: Apache-2.0
// Dynamic programming over prefixes, three rows at a time.
#include "base/nearest.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace crbrt::base {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // row[j]: edits from the first i bytes of a to the first j of b.
  std::vector<std::size_t> before_last, last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last = std::exchange(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string_view nearest(std::string_view name, std::span<const std::string_view> known) {
  const auto best = std::min_element(known.begin(), known.end(), [&](std::string_view a, std::string_view b) {
    return edit_distance(name, a) < edit_distance(name, b);
  });
  return best == known.end() ? std::string_view() : *best;
}

std::string with_nearest(std::string_view name, std::span<const std::string_view> known) {
  std::string text = "\"";
  text.append(name).append("\"");
  if (!known.empty()) text.append(" (nearest: \"").append(nearest(name, known)).append("\")");
  return text;
}

}  // namespace crbrt::base
