// SPDX-License-Identifier: Apache-2.0
/// JSON files whose every complaint names the file, the place, what was expected and what was found.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace crbrt::base {

/// A value inside a JSON file. All members throw InputError. Cheap to copy; keeps the whole document alive.
class JsonReader {
 public:
  /// Reads and parses a file.
  static JsonReader from_file(const std::string& path);
  /// Parses what was read from it before.
  static JsonReader from_text(std::string_view text, const std::string& path);

  const std::string& file() const noexcept { return file_; }
  bool has(std::string_view key) const;       ///< an object with this key
  JsonReader at(std::string_view key) const;  ///< the member of an object
  std::vector<JsonReader> items() const;      ///< the elements of an array
  std::vector<std::string> keys() const;      ///< the keys of an object, sorted
  bool is_array() const noexcept;
  bool is_number() const noexcept;
  double number() const;
  double positive() const;  ///< a number above 0
  std::string text() const;
  bool boolean() const;
  std::vector<double> numbers() const;  ///< an array of numbers

  double number_or(std::string_view key, double otherwise) const;
  std::string text_or(std::string_view key, const std::string& otherwise) const;
  bool boolean_or(std::string_view key, bool otherwise) const;

  /// A misspelt key must not be ignored in silence: the complaint names the nearest of `keys`.
  void expect_only(std::initializer_list<std::string_view> keys) const;
  void expect_only(std::span<const std::string_view> keys) const;

  /// Throws InputError about this value.
  [[noreturn]] void fail(const std::string& expected, const std::string& found) const;
  [[noreturn]] void fail(const std::string& expected) const;  ///< found: the value itself, shortened

 private:
  JsonReader(std::string file, std::string place, std::shared_ptr<const Json> document, const Json* value);
  static JsonReader of(Json json, const std::string& path);
  JsonReader child(std::string place, const Json& value) const;

  std::string file_;
  std::string place_;  ///< "classes[1].weight"
  std::shared_ptr<const Json> document_;
  const Json* value_;
};

}  // namespace crbrt::base
