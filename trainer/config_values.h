// SPDX-License-Identifier: Apache-2.0
/// Single values of the JSON configuration with their ranges. Every failure names the key, what was expected and what was
/// found.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_reader.h"
#include "base/nearest.h"

namespace crbrt::trainer {

using base::JsonReader;

inline constexpr double max_width = 4096;  // what the model file allows
inline constexpr double max_count = 1e9;   // batch, epochs, fingerprints

inline std::size_t integer(const JsonReader& value, double minimum, double maximum = max_count) {
  const double number = value.number();
  if (number != std::floor(number) || !(number >= minimum && number <= maximum))
    value.fail("an integer from " + std::to_string(static_cast<std::int64_t>(minimum)) + " to " +
               std::to_string(static_cast<std::int64_t>(maximum)));
  return static_cast<std::size_t>(number);
}

inline double not_negative(const JsonReader& value) {
  const double number = value.number();
  if (!(number >= 0) || !std::isfinite(number)) value.fail("a number of at least 0");
  return number;
}

/// What the model file accepts as a name.
inline std::string identifier(const JsonReader& value) {
  const std::string name = value.text();
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool is_valid =
      !name.empty() && name.size() <= 64 && is_letter(name[0]) &&
      std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; });
  if (!is_valid) value.fail("letters, digits and '_', a letter first, at most 64");
  return name;
}

/// One of several names; the complaint about another one says which of them is nearest.
template <class E>
E choice(const JsonReader& value, std::initializer_list<std::pair<const char*, E>> choices) {
  const std::string found = value.text();
  std::string expected;
  std::vector<std::string_view> names;
  for (const auto& [name, result] : choices) {
    if (found == name) return result;
    expected += (expected.empty() ? "" : " or ") + std::string(name);
    names.push_back(name);
  }
  value.fail(expected, base::with_nearest(found, names));
}

}  // namespace crbrt::trainer
