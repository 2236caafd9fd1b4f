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

namespace {

template <class T, class Literal>
std::string table(std::span<const T> values, std::size_t per_line, Literal literal) {
  std::string text = "{\n";
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += i % per_line == 0 ? "    " : " ";
    text += literal(values[i]) + ',';
    if ((i + 1) % per_line == 0 || i + 1 == values.size()) text += '\n';
  }
  return text + '}';
}

}  // namespace

std::string integer_literal(std::int32_t value) { return value == INT32_MIN ? "-2147483647 - 1" : std::to_string(value); }

std::string table_literal(std::span<const float> values, std::size_t per_line) {
  return table(values, per_line, float_literal);
}

std::string table_literal(std::span<const std::int8_t> values, std::size_t per_line) {
  return table(values, per_line, integer_literal);
}

std::string table_literal(std::span<const std::int16_t> values, std::size_t per_line) {
  return table(values, per_line, integer_literal);
}

std::string table_literal(std::span<const std::int32_t> values, std::size_t per_line) {
  return table(values, per_line, integer_literal);
}

}  // namespace crbrt::codegen
