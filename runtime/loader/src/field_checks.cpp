// SPDX-License-Identifier: Apache-2.0
/// Checks of single fields, and the sentence each refusal is made of.
#include "runtime/loader/src/field_checks.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "base/sha256.h"

namespace crbrt::loader {
namespace {

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Bytes of the UTF-8 sequence at the start of `text`; 0 when there is none. Overlong forms and surrogates are none.
std::size_t utf8_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const unsigned char next = byte(1);
  const bool overlong = (lead == 0xe0 && next < 0xa0) || (lead == 0xf0 && next < 0x90);
  const bool no_scalar = (lead == 0xed && next >= 0xa0) || (lead == 0xf4 && next >= 0x90);
  return overlong || no_scalar ? 0 : length;
}

bool is_clean_text(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    const bool is_line_end = c == '\n' || text.substr(0, 2) == "\r\n";
    if ((c < 0x20 && c != '\t' && !is_line_end) || c == 0x7f) return false;
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// A name from a file may hold anything: only what is safe on a terminal is quoted.
std::string quoted(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, limits::name_length)) shown.push_back(c >= 0x20 && c < 0x7f ? c : '?');
  return '"' + shown + (text.size() > limits::name_length ? "...\"" : "\"");
}

}  // namespace

bool Checks::expect(bool good, std::string_view field, std::string_view expected, std::string_view found) {
  if (good || !ok()) return good;
  result_.status = Status::bad_model;
  result_.detail.append(field).append(": expected ").append(expected).append(", found ").append(found);
  return false;
}

bool Checks::in_range(std::uint64_t value, std::uint64_t minimum, std::uint64_t maximum, std::string_view field) {
  return expect(value >= minimum && value <= maximum, field, std::to_string(minimum) + " to " + std::to_string(maximum),
                std::to_string(value));
}

bool Checks::finite(double value, std::string_view field) {
  return expect(std::isfinite(value), field, "a finite number", number_text(value));
}

bool Checks::not_negative(double value, std::string_view field) {
  return expect(std::isfinite(value) && value >= 0, field, "a number of at least 0", number_text(value));
}

bool Checks::positive(double value, std::string_view field) {
  return expect(std::isfinite(value) && value > 0, field, "a positive number", number_text(value));
}

bool Checks::size_is(std::size_t size, std::size_t expected, std::string_view field) {
  return expect(size == expected, field, std::to_string(expected) + " numbers", std::to_string(size));
}

template <class T>
bool Checks::every_finite(std::span<const T> values, std::string_view field) {
  const auto bad = std::find_if(values.begin(), values.end(), [](T value) { return !std::isfinite(value); });
  if (bad == values.end()) return true;
  return finite(*bad, indexed(field, static_cast<std::size_t>(bad - values.begin())));
}

bool Checks::all_finite(std::span<const float> values, std::string_view field) { return every_finite(values, field); }
bool Checks::all_finite(std::span<const double> values, std::string_view field) { return every_finite(values, field); }

bool Checks::all_positive(std::span<const float> values, std::string_view field) {
  const auto bad = std::find_if(values.begin(), values.end(), [](float value) { return !(std::isfinite(value) && value > 0); });
  if (bad == values.end()) return true;
  return positive(*bad, indexed(field, static_cast<std::size_t>(bad - values.begin())));
}

bool Checks::identifier(std::string_view text, std::string_view field) {
  const bool good = !text.empty() && text.size() <= limits::name_length && is_letter(text.front()) &&
                    std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
  return expect(good, field, "at most 64 letters, digits and '_', a letter first", quoted(text));
}

bool Checks::label(std::string_view text, std::string_view field) {
  const bool good = !text.empty() && text.size() <= limits::name_length && text.front() != ' ' && text.back() != ' ' &&
                    std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  return expect(good, field, "1 to 64 printable ASCII characters", quoted(text));
}

bool Checks::text(std::string_view text, std::string_view field) {
  if (!expect(text.size() <= limits::text_length, field, "at most " + std::to_string(limits::text_length) + " bytes",
              std::to_string(text.size())))
    return false;
  return expect(is_clean_text(text), field, "UTF-8 text without control characters", "other bytes");
}

bool Checks::sha256(std::string_view text, std::string_view field) {
  return expect(base::is_sha256_text(text), field, "64 lower-case hex digits", quoted(text));
}

std::string number_text(double value) {
  char buffer[32];
#ifdef __cpp_lib_to_chars
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, end.ptr);
#else  // emscripten's libc++: the fewest digits that read back as the same number
  for (int digits = 1; digits <= 17; ++digits) {
    std::snprintf(buffer, sizeof buffer, "%.*g", digits, value);
    if (std::strtod(buffer, nullptr) == value) break;
  }
  return buffer;
#endif
}

std::string indexed(std::string_view field, std::size_t index) {
  return std::string(field) + '[' + std::to_string(index) + ']';
}

std::string member(std::string_view table, std::string_view field) { return std::string(table) + '.' + std::string(field); }

}  // namespace crbrt::loader
