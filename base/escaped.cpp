// SPDX-License-Identifier: Apache-2.0
// One walk over the characters of UTF-8; every reader says which of them it wants otherwise.
#include "base/escaped.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace crbrt::base {
namespace {

/// The first character of a text: its bytes, and its code where they are UTF-8 (RFC 3629: the shortest form, no surrogates).
struct Character {
  std::string_view bytes;
  bool is_valid = false;
  std::uint32_t code = 0;
};

Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {text.substr(0, 1), true, lead};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  const Character none{text.substr(0, 1), false, lead};
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return none;
  std::uint32_t code = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return none;
    code = code << 6 | (byte(i) & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  if (code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return none;
  return {text.substr(0, length), true, code};
}

/// Controls of ASCII and of Latin-1, line separators, and what turns the direction of writing.
bool is_printable(std::uint32_t code) {
  return !(code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x200e || code == 0x200f ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069));
}

std::string visible(const Character& c) {
  if (c.is_valid && c.code == '\n') return "\\n";
  if (c.is_valid && c.code == '\r') return "\\r";
  if (c.is_valid && c.code == '\t') return "\\t";
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), c.code < 0x100 && c.bytes.size() == 1 ? "\\x%02x" : "\\u%04x", c.code);
  return text.data();
}

/// `special(code)` is what a printable or kept character becomes, or empty where it stays as it is.
template <class Special>
std::string escaped(std::string_view text, std::string_view kept, const Special& special) {
  std::string result;
  while (!text.empty()) {
    const Character c = first_of(text);
    text.remove_prefix(c.bytes.size());
    const bool is_kept = c.bytes.size() == 1 && kept.find(c.bytes.front()) != std::string_view::npos;
    if (!c.is_valid || (!is_printable(c.code) && !is_kept))
      result += visible(c);
    else if (const std::string_view other = special(c.code); !other.empty())
      result += other;
    else
      result += c.bytes;
  }
  return result;
}

std::string_view nothing_special(std::uint32_t) { return {}; }

std::string_view html_entity(std::uint32_t code) {
  switch (code) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return {};
  }
}

}  // namespace

std::string for_terminal(std::string_view text) { return escaped(text, "", nothing_special); }

std::string lines_for_terminal(std::string_view text) { return escaped(text, "\n", nothing_special); }

void print_lines(std::string_view text) { std::fputs(lines_for_terminal(text).c_str(), stdout); }

std::string for_html(std::string_view text) { return escaped(text, "\n\t", html_entity); }

std::string json_for_script(std::string_view json) {
  std::string result;
  for (const char c : json) result += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return result;
}

std::string for_csv(std::string_view text) {
  std::string cell = escaped(text, "\n", nothing_special);
  if (text.find_first_of("=+-@\t\r\n") == 0) cell.insert(cell.begin(), '\'');
  if (cell.find_first_of("\",\n") == std::string::npos && !cell.starts_with(' ') && !cell.ends_with(' ')) return cell;
  std::string quoted = "\"";
  for (const char c : cell) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace crbrt::base
