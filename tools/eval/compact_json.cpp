// SPDX-License-Identifier: Apache-2.0
// Recursion over objects and arrays of objects; everything else is the library's own text.
#include "tools/eval/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace crbrt::evaluation {
namespace {

using base::Json;

bool spans_lines(const Json& value) {
  if (value.is_object()) return value.size() > 0;
  if (!value.is_array()) return false;
  return std::any_of(value.items().begin(), value.items().end(),
                     [](const Json& item) { return item.is_array() || item.is_object(); });
}

void append(const Json& value, const std::string& indent, std::string& text) {
  if (!spans_lines(value)) {
    text += value.dump();
    return;
  }
  const std::string inner = indent + "  ";
  const char* separator = "\n";
  const auto append_line = [&](const std::string& key, const Json& item) {
    text += separator + inner + key;
    append(item, inner, text);
    separator = ",\n";
  };
  text += value.is_object() ? "{" : "[";
  if (value.is_object())
    for (const Json::Member& member : value.members()) append_line(Json(member.key).dump() + ": ", member.value);
  else
    for (const Json& item : value.items()) append_line("", item);
  text += "\n" + indent + (value.is_object() ? "}" : "]");
}

}  // namespace

std::string compact_dump(const Json& document) {
  std::string text;
  append(document, "", text);
  return text + "\n";
}

Json rounded(double value) {
  if (!std::isfinite(value)) return nullptr;
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return std::strtod(text, nullptr);
}

}  // namespace crbrt::evaluation
