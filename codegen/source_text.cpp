// SPDX-License-Identifier: Apache-2.0
/// Numbers and names as source text; std::to_chars does not depend on the locale.
#include "codegen/source_text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <stdexcept>

namespace crbrt::codegen {

// One pass from left to right, so that no text of a model can be taken for a word.

namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

}  // namespace

std::string filled(std::string_view text, const Words& words) {
  std::string result;
  std::size_t done = 0;
  for (std::size_t at; (at = text.find('@', done)) != std::string_view::npos;) {
    result += text.substr(done, at - done);
    const std::size_t end = std::min(text.find_first_not_of(letters, at + 1), text.size());
    const auto word = words.find(text.substr(at + 1, end - at - 1));
    if (end == text.size() || text[end] != '@' || word == words.end())
      throw std::logic_error("template: expected a word that the generator fills in, found " +
                             std::string(text.substr(at, end + 1 - at)));
    result += word->second;
    done = end + 1;
    const bool is_line = (at == 0 || text[at - 1] == '\n') && text.substr(done).starts_with('\n');
    if (is_line) ++done;
  }
  return result += text.substr(done);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, from.size(), to);
  return text;
}

std::string prefixed(std::string_view prefix, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) (text += prefix) += line + '\n';
  return text;
}

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

// The words that generated code cannot use, by what would go wrong.

namespace {

// Lists of words, each between blanks. C++20, and typeof of its GNU dialect.
constexpr std::string_view keywords =
    " alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t char8_t class co_await"
    " co_return co_yield compl concept const const_cast consteval constexpr constinit continue decltype default delete do"
    " double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable namespace"
    " new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires return"
    " short signed sizeof static static_assert static_cast struct switch template this thread_local throw true try typedef"
    " typeid typename typeof union unsigned using virtual void volatile wchar_t while xor xor_eq ";

// <cstdint>'s are known by their ends; the small ones are macros of the GNU dialect.
constexpr std::string_view macros = " NULL i386 linux unix ";
constexpr std::string_view macro_ends[] = {"_MAX", "_MIN", "_WIDTH"};

// What the text of emit.cpp says without its namespace, which a model of that name would hide.
constexpr std::string_view used_by_generated_code =
    " Atypicality CompiledNetwork IntegerGroupNorm IntegerTables Op Output Uncertainty program_version ";

// The headers of C, and those that the C library includes with <> itself.
constexpr std::string_view headers =
    " alloca assert complex ctype endian errno features fenv inttypes iso646 libintl limits locale math pthread sched"
    " semaphore setjmp signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string strings syscall"
    " tgmath threads time uchar unistd wchar wctype ";

bool contains(std::string_view words, std::string_view name) {
  return words.find(' ' + std::string(name) + ' ') != std::string_view::npos;
}

bool is_identifier(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool is_macro(std::string_view name) {
  return contains(macros, name) || name.starts_with("CRBRT_") ||
         std::any_of(std::begin(macro_ends), std::end(macro_ends), [&](std::string_view end) { return name.ends_with(end); });
}

}  // namespace

std::string_view why_unusable(std::string_view name) {
  if (!is_identifier(name)) return "which is not letters, digits and '_' with a letter first";
  if (contains(keywords, name)) return "a keyword of C++";
  if (name.find("__") != std::string_view::npos) return "which C++ reserves for its two '_' in a row";
  if (name.ends_with('_')) return "whose '_' at the end would make two in a row, which C++ reserves";  // NAME__n_coeff
  if (is_macro(name)) return "which is or may be a macro";
  if (contains(used_by_generated_code, name)) return "a name that generated code needs itself";
  if (contains(headers, name)) return "whose NAME.h would stand in for a system header";
  return {};
}

std::string upper(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
  return name;
}

}  // namespace crbrt::codegen
