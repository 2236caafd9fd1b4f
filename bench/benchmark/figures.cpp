// SPDX-License-Identifier: Apache-2.0
#include "bench/benchmark/figures.h"

#include <algorithm>
#include <cmath>

#include "base/escaped.h"
#include "base/number_text.h"

namespace crbrt::bench {

using base::Json;

const Json* find_key(const Json& document, const std::string& key) {
  const Json* value = &document;
  for (std::size_t begin = 0; value != nullptr && begin <= key.size();) {
    const std::size_t end = std::min(key.find('.', begin), key.size());
    value = value->find(key.substr(begin, end - begin));
    begin = end + 1;
  }
  return value;
}

std::optional<double> number_of(const Json& document, const std::string& key) {
  const Json* const value = find_key(document, key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->number();
}

std::string digits(double value) {
  const double magnitude = std::abs(value);
  if (magnitude != 0 && (magnitude >= 1e7 || magnitude < 1e-3)) return base::number_text(value, "%.2e");
  if (magnitude >= 1000) {
    std::string text = base::number_text(value, "%.0f");
    for (std::size_t at = text.size(); at > 3; at -= 3) text = text.substr(0, at - 3) + ',' + text.substr(at - 3);
    return text;
  }
  if (value == std::floor(value)) return base::number_text(value, "%.0f");
  return base::number_text(value, magnitude >= 100 ? "%.0f" : magnitude >= 10 ? "%.1f" : magnitude >= 1 ? "%.2f" : "%.3g");
}

std::string figure(const Json& document, const std::string& key, double unit) {
  const std::optional<double> value = number_of(document, key);
  return "<span title=\"" + base::for_html(key) + "\">" + (value ? digits(*value * unit) : "-") + "</span>";
}

std::string colour_of(const std::string& estimator) {
  if (estimator.starts_with("nlls")) return "#2563a8";
  if (estimator.starts_with("refine")) return "#1d8a5b";
  if (estimator.starts_with("dictionary")) return "#c26a12";
  return "#8a3f9e";
}

std::vector<Numbered> estimators_of(const Json& document) {
  std::vector<Numbered> all;
  for (const Json::Member& member : document["estimators"].members())
    all.push_back({member.key, std::to_string(all.size() + 1)});
  return all;
}

std::string dot(const Numbered& e) {
  return "<span class=\"dot\" style=\"background:" + colour_of(e.name) + "\">" + e.number + "</span>";
}

std::string html_table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows) {
  std::string html = "<table><thead><tr>";
  for (const std::string& cell : head) html += "<th>" + cell + "</th>";
  html += "</tr></thead><tbody>\n";
  for (const std::vector<std::string>& row : rows) {
    html += "<tr>";
    for (const std::string& cell : row) html += "<td>" + cell + "</td>";
    html += "</tr>\n";
  }
  return html + "</tbody></table>\n";
}

}  // namespace crbrt::bench
