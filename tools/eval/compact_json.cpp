// Recursion over objects and arrays of objects; everything else is the library's own text.
#include "tools/eval/compact_json.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace crbrt::evaluation {
namespace {

using Json = nlohmann::ordered_json;

bool spans_lines(const Json& value) {
  if (value.is_object()) return !value.empty();
  if (!value.is_array()) return false;
  return std::any_of(value.begin(), value.end(), [](const Json& item) { return item.is_structured(); });
}

void append(const Json& value, const std::string& indent, std::string& text) {
  if (!spans_lines(value)) {
    text += value.dump();
    return;
  }
  const bool is_object = value.is_object();
  const std::string inner = indent + "  ";
  text += is_object ? "{" : "[";
  bool first = true;
  for (const auto& item : value.items()) {
    text += first ? "\n" : ",\n";
    text += inner;
    if (is_object) text += Json(item.key()).dump() + ": ";
    append(item.value(), inner, text);
    first = false;
  }
  text += "\n";
  text += indent;
  text += is_object ? "}" : "]";
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
