/// Numbers and names as source text; std::to_chars does not depend on the locale.
#include "codegen/literals.h"

#include <charconv>

namespace crbrt::codegen {

std::string float_literal(float value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
  std::string text(buffer, end.ptr);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text + 'f';
}

std::string string_literal(std::string_view text) {
  std::string literal = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') literal += '\\';
    literal += c;
  }
  return literal + '"';
}

std::string float_table(std::span<const float> values, std::size_t per_line) {
  std::string table = "{\n";
  for (std::size_t i = 0; i < values.size(); ++i) {
    table += i % per_line == 0 ? "    " : " ";
    table += float_literal(values[i]) + ',';
    if ((i + 1) % per_line == 0 || i + 1 == values.size()) table += '\n';
  }
  return table + '}';
}

}  // namespace crbrt::codegen
