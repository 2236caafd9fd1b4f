// SPDX-License-Identifier: Apache-2.0
/// A JSON document that a program builds, prints or reads back. The library behind it (nlohmann's) parses and prints, and only
/// json.cpp includes it: its header takes seconds to compile. Files that a user wrote are read through json_reader.h, whose
/// complaints name the place.
///
///     Json json{{"model", model.name}, {"noise", {{"sigma", 0.02}, {"source", "given"}}}};   // braces make objects
///     json["snr"] = Json::array({10, 50});
///     json["voxels"] = std::optional<std::size_t>();                                        // null
///     base::write_text_file("out.json", json.dump(2) + "\n");
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace crbrt::base {

/// Thrown where a value is of another kind than asked for, or a key or an index is absent.
class JsonError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// null, true or false, a number, a text, an array, or an object that keeps the order in which its keys were added.
class Json {
 public:
  struct Member;  ///< {"key", value}
  using Array = std::vector<Json>;
  using Object = std::vector<Member>;

  Json(std::nullptr_t = nullptr) noexcept;
  template <class T>
  requires std::is_arithmetic_v<T> Json(T value)
  noexcept : value_(stored(value)) {}
  Json(const char* text);
  Json(std::string text) noexcept;
  Json(std::string_view text);
  template <class T>
  Json(const std::optional<T>& value) : Json(value ? Json(*value) : Json()) {}  ///< null where it is empty
  template <class T>
  Json(const std::vector<T>& values) : Json(array_of(values)) {}
  template <class T, std::size_t n>
  Json(const std::array<T, n>& values) : Json(array_of(values)) {}
  Json(std::initializer_list<Member> members);
  static Json array(std::initializer_list<Json> items = {});
  static Json object();

  Json(const Json&);
  Json(Json&&) noexcept;
  Json& operator=(const Json&);
  Json& operator=(Json&&) noexcept;
  ~Json();

  /// Throws InputError "FILE: expected JSON, found ..." for a syntax error, for a number beyond double, and for values nested
  /// more than 200 deep. Of a key that stands twice the last value counts.
  static Json parse(std::string_view text, const std::string& file);
  /// Reads and parses a file of at most 64 MiB. Throws InputError.
  static Json from_file(const std::string& path);

  /// One line where `indent` is negative. Numbers are the shortest text that reads back as the same double; what is not finite
  /// is null; bytes that are no UTF-8 become U+FFFD; control characters are escaped, those of Latin-1, too.
  std::string dump(int indent = -1) const;
  std::string shown() const;  ///< the first 60 bytes of dump(), for complaints

  bool is_null() const noexcept;
  bool is_boolean() const noexcept;
  bool is_number() const noexcept;
  bool is_text() const noexcept;
  bool is_array() const noexcept;
  bool is_object() const noexcept;

  bool boolean() const;
  double number() const;
  std::int64_t integer() const;  ///< a number without a fraction
  const std::string& text() const;
  std::vector<double> numbers() const;  ///< an array of numbers
  const Array& items() const;           ///< of an array
  const Object& members() const;        ///< of an object, in their order
  std::size_t size() const noexcept;    ///< items or members; 0 for anything else

  bool contains(std::string_view key) const noexcept;     ///< an object with this key
  const Json* find(std::string_view key) const noexcept;  ///< null where it is no object or has no such key
  const Json& at(std::string_view key) const;
  Json value_or(std::string_view key, Json otherwise) const;  ///< of an object; `otherwise` where the key is absent
  const Json& at(std::size_t index) const;
  const Json& operator[](std::string_view key) const { return at(key); }
  Json& operator[](std::string_view key);  ///< of an object, or of null, which becomes one; a new key's value is null
  Json& push_back(Json item);              ///< to an array, or to null, which becomes one; returns the new item
  void update(const Json& object);         ///< takes over its members; a key that is there keeps its place

  /// Numbers by value (1 == 1.0), objects whatever their order.
  friend bool operator==(const Json& a, const Json& b);
  friend std::ostream& operator<<(std::ostream& stream, const Json& json);

 private:
  using Value = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, Array, Object>;

  template <class T>
  static Value stored(T value) noexcept;  // defined below: clang 14 wants Member whole where it is

  template <class Range>
  static Json array_of(const Range& values) {
    Json json = array();
    for (const auto& value : values) json.push_back(value);
    return json;
  }

  class Builder;
  struct Printable;
  [[noreturn]] void fail(const char* expected) const;

  Value value_;
};

struct Json::Member {
  std::string key;
  Json value;
};

template <class T>
Json::Value Json::stored(T value) noexcept {
  if constexpr (std::is_same_v<T, bool>)
    return value;
  else if constexpr (std::is_floating_point_v<T>)
    return static_cast<double>(value);
  else if constexpr (std::is_signed_v<T>)
    return static_cast<std::int64_t>(value);
  else
    return static_cast<std::uint64_t>(value);
}

}  // namespace crbrt::base
