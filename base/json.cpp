// SPDX-License-Identifier: Apache-2.0
// The only file that includes the JSON library: it parses into our tree through events, and prints a copy of the tree.
#include "base/json.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/read_file.h"

namespace crbrt::base {
namespace {

constexpr std::size_t max_depth = 200, max_shown = 60, max_file_size = std::size_t{1} << 26;

/// The library leaves DEL and the controls of Latin-1 as they are, which terminals obey. They stand inside of texts alone.
std::string without_controls(const std::string& text) {
  constexpr const char* digits = "0123456789abcdef";
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    if (byte(at) == 0x7f)
      result += "\\u007f";
    else if (byte(at) == 0xc2 && byte(at + 1) < 0xa0)
      ++at, result += std::string("\\u00") + digits[byte(at) >> 4U] + digits[byte(at) & 15U];
    else
      result += text[at];
  }
  return result;
}

std::string shortened(const std::string& text) { return text.size() > max_shown ? text.substr(0, max_shown) + "..." : text; }

}  // namespace

/// Builds the tree while the library parses. Returning false ends the parsing.
class Json::Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Json root;
  std::string complaint;

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }  // JSON texts hold none
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return open_.pop_back(), true; }
  bool end_array() override { return open_.pop_back(), true; }
  /// A key that comes twice has two meanings, and readers differ in which one they take.
  bool key(string_t& value) override {
    if (open_.back().keys.contains(value)) {
      complaint = "the key \"" + shortened(value) + "\" twice";
      return false;
    }
    return key_ = std::move(value), true;
  }

  bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception& error) override {
    const bool is_syntax = dynamic_cast<const nlohmann::detail::parse_error*>(&error) != nullptr;
    complaint = is_syntax ? "a syntax error at byte " + std::to_string(byte) : shortened(error.what());  // number out of range
    return false;
  }

 private:
  /// An array or an object that has not ended, and its keys: a search of each key among all others would take hours for a file
  /// of a million.
  struct Open {
    Json* value;
    std::unordered_set<std::string> keys;
  };

  Json& place() {
    if (open_.empty()) return root;
    Open& parent = open_.back();
    if (!parent.value->is_object()) return parent.value->push_back(nullptr);
    auto& members = std::get<Object>(parent.value->value_);
    parent.keys.insert(key_);
    members.push_back(Member{std::move(key_), Json()});
    return members.back().value;
  }

  bool add(Json value) { return place() = std::move(value), true; }

  bool open(Json empty) {
    if (open_.size() == max_depth) {
      complaint = "values nested more than " + std::to_string(max_depth) + " deep";
      return false;
    }
    Json& value = place();
    value = std::move(empty);
    open_.push_back({&value, {}});
    return true;
  }

  std::vector<Open> open_;  ///< their values stay valid: a parent grows only once its last child is closed
  std::string key_;
};

/// The library's own tree.
struct Json::Printable {
  static nlohmann::ordered_json of(const Json& json) {
    return std::visit([](const auto& value) { return of_value(value); }, json.value_);
  }

 private:
  template <class T>
  static nlohmann::ordered_json of_value(const T& value) {
    return value;
  }
  static nlohmann::ordered_json of_value(const Array& items) {
    auto array = nlohmann::ordered_json::array();
    for (const Json& item : items) array.push_back(of(item));
    return array;
  }
  static nlohmann::ordered_json of_value(const Object& members) {
    auto object = nlohmann::ordered_json::object();
    auto& list = object.get_ref<nlohmann::ordered_json::object_t&>();  // keys differ already: nothing to search for
    for (const Member& member : members) list.Container::emplace_back(member.key, of(member.value));
    return object;
  }
};

Json::Json(std::nullptr_t) noexcept : value_(nullptr) {}
Json::Json(const char* text) : value_(std::string(text)) {}
Json::Json(std::string text) noexcept : value_(std::move(text)) {}
Json::Json(std::string_view text) : value_(std::string(text)) {}
Json::Json(std::initializer_list<Member> members) : value_(Object(members)) {}
Json::Json(const Json&) = default;
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(const Json&) = default;
Json& Json::operator=(Json&&) noexcept = default;
Json::~Json() = default;

Json Json::array(std::initializer_list<Json> items) {
  Json json;
  json.value_ = Array(items);
  return json;
}

Json Json::object() { return Json(std::initializer_list<Member>()); }

Json Json::parse(std::string_view text, const std::string& file) {
  Builder builder;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) throw InputError(file, "JSON", builder.complaint);
  return std::move(builder.root);
}

Json Json::from_file(const std::string& path) {
  expect_file(path, "a readable JSON file");
  std::error_code unreadable;
  if (const auto size = std::filesystem::file_size(path, unreadable); size > max_file_size)
    throw InputError(path, "JSON of at most " + std::to_string(max_file_size) + " bytes", std::to_string(size));
  return parse(read_file(path, "a readable JSON file"), path);
}

std::string Json::dump(int indent) const {
  return without_controls(Printable::of(*this).dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

std::string Json::shown() const { return shortened(dump()); }

bool Json::is_null() const noexcept { return std::holds_alternative<std::nullptr_t>(value_); }
bool Json::is_boolean() const noexcept { return std::holds_alternative<bool>(value_); }
bool Json::is_number() const noexcept {
  return std::holds_alternative<double>(value_) || std::holds_alternative<std::int64_t>(value_) ||
         std::holds_alternative<std::uint64_t>(value_);
}
bool Json::is_text() const noexcept { return std::holds_alternative<std::string>(value_); }
bool Json::is_array() const noexcept { return std::holds_alternative<Array>(value_); }
bool Json::is_object() const noexcept { return std::holds_alternative<Object>(value_); }

bool Json::boolean() const {
  if (!is_boolean()) fail("true or false");
  return std::get<bool>(value_);
}

double Json::number() const {
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*value);
  if (const auto* value = std::get_if<std::uint64_t>(&value_)) return static_cast<double>(*value);
  fail("a number");
}

std::int64_t Json::integer() const {
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
  constexpr auto largest = static_cast<std::uint64_t>(INT64_MAX);
  if (const auto* value = std::get_if<std::uint64_t>(&value_); value != nullptr && *value <= largest)
    return static_cast<std::int64_t>(*value);
  constexpr double limit = 9007199254740992.0;  // 2^53: beyond it a double no longer holds every integer
  if (const auto* value = std::get_if<double>(&value_); value != nullptr && *value >= -limit && *value <= limit)
    if (const auto whole = static_cast<std::int64_t>(*value); static_cast<double>(whole) == *value) return whole;
  fail("an integer");
}

const std::string& Json::text() const {
  if (!is_text()) fail("a text");
  return std::get<std::string>(value_);
}

std::vector<double> Json::numbers() const {
  std::vector<double> all;
  for (const Json& item : items()) all.push_back(item.number());
  return all;
}

const Json::Array& Json::items() const {
  if (!is_array()) fail("an array");
  return std::get<Array>(value_);
}

const Json::Object& Json::members() const {
  if (!is_object()) fail("an object");
  return std::get<Object>(value_);
}

std::size_t Json::size() const noexcept {
  if (const auto* array = std::get_if<Array>(&value_)) return array->size();
  const auto* object = std::get_if<Object>(&value_);
  return object == nullptr ? 0 : object->size();
}

bool Json::contains(std::string_view key) const noexcept { return find(key) != nullptr; }

const Json* Json::find(std::string_view key) const noexcept {
  const auto* object = std::get_if<Object>(&value_);
  if (object == nullptr) return nullptr;
  const auto member = std::find_if(object->begin(), object->end(), [&](const Member& m) { return m.key == key; });
  return member == object->end() ? nullptr : &member->value;
}

const Json& Json::at(std::string_view key) const {
  if (!is_object()) fail("an object");
  if (const Json* value = find(key)) return *value;
  throw JsonError("expected the key \"" + std::string(key) + "\", found none");
}

Json Json::value_or(std::string_view key, Json otherwise) const {
  if (!is_object()) fail("an object");
  const Json* value = find(key);
  return value == nullptr ? std::move(otherwise) : *value;
}

const Json& Json::at(std::size_t index) const {
  if (index < items().size()) return items()[index];
  throw JsonError("expected an item " + std::to_string(index) + ", found " + std::to_string(size()) + " items");
}

Json& Json::operator[](std::string_view key) {
  if (is_null()) value_ = Object();
  if (!is_object()) fail("an object");
  auto& object = std::get<Object>(value_);
  for (Member& member : object)
    if (member.key == key) return member.value;
  return object.emplace_back(Member{std::string(key), Json()}).value;
}

Json& Json::push_back(Json item) {
  if (is_null()) value_ = Array();
  if (!is_array()) fail("an array");
  return std::get<Array>(value_).emplace_back(std::move(item));
}

void Json::update(const Json& object) {
  for (const Member& member : object.members()) (*this)[member.key] = member.value;
}

void Json::fail(const char* expected) const { throw JsonError(std::string("expected ") + expected + ", found " + shown()); }

bool operator==(const Json& a, const Json& b) {
  if (a.is_object() && b.is_object())
    return a.size() == b.size() && std::all_of(a.members().begin(), a.members().end(), [&](const Json::Member& member) {
             const Json* other = b.find(member.key);
             return other != nullptr && *other == member.value;
           });
  if (a.is_array() && b.is_array()) return a.items() == b.items();
  if (a.is_text() && b.is_text()) return a.text() == b.text();
  if (a.is_boolean() && b.is_boolean()) return a.boolean() == b.boolean();
  if (a.is_number() && b.is_number()) return a.dump() == b.dump() || a.number() == b.number();
  return a.is_null() && b.is_null();
}

std::ostream& operator<<(std::ostream& stream, const Json& json) { return stream << json.dump(); }

}  // namespace crbrt::base
