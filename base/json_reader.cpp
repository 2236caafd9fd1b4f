// The only file that parses JSON for the programs; the library is nlohmann's.
#include "base/json_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"

namespace crbrt::base {
namespace {

using nlohmann::json;

constexpr std::size_t max_shown = 60;

std::string shortened(std::string text) {
  if (text.size() > max_shown) text = text.substr(0, max_shown) + "...";
  return text;
}

}  // namespace

JsonReader::JsonReader(std::string file, std::string place, std::shared_ptr<const json> document, const json* value)
    : file_(std::move(file)), place_(std::move(place)), document_(std::move(document)), value_(value) {}

JsonReader JsonReader::child(std::string place, const json& value) const {
  return JsonReader(file_, std::move(place), document_, &value);
}

JsonReader JsonReader::from_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw InputError(path, "a readable JSON file", std::strerror(errno));
  try {
    auto document = std::make_shared<const json>(json::parse(stream));
    const json* value = document.get();
    return JsonReader(path, "", std::move(document), value);
  } catch (const json::parse_error& error) {
    throw InputError(path, "JSON", "a syntax error at byte " + std::to_string(error.byte));
  } catch (const json::exception& error) {  // a number out of range, for one
    throw InputError(path, "JSON", shortened(error.what()));
  }
}

void JsonReader::fail(const std::string& expected, const std::string& found) const {
  throw InputError(place_.empty() ? file_ : file_ + ", " + place_, expected, found);
}

void JsonReader::fail(const std::string& expected) const {
  fail(expected, shortened(value_->dump(-1, ' ', false, json::error_handler_t::replace)));
}

bool JsonReader::has(std::string_view key) const {
  if (!value_->is_object()) fail("an object");
  return value_->contains(key);
}

JsonReader JsonReader::at(std::string_view key) const {
  if (!has(key)) fail("the key \"" + std::string(key) + "\"", "none");
  return child((place_.empty() ? "" : place_ + ".") + std::string(key), *value_->find(key));
}

std::vector<JsonReader> JsonReader::items() const {
  if (!value_->is_array()) fail("an array");
  std::vector<JsonReader> all;
  for (const json& value : *value_) all.push_back(child(place_ + "[" + std::to_string(all.size()) + "]", value));
  return all;
}

std::vector<std::string> JsonReader::keys() const {
  if (!value_->is_object()) fail("an object");
  std::vector<std::string> all;
  for (auto it = value_->begin(); it != value_->end(); ++it) all.push_back(it.key());
  return all;
}

bool JsonReader::is_array() const noexcept { return value_->is_array(); }
bool JsonReader::is_number() const noexcept { return value_->is_number(); }

double JsonReader::number() const {
  if (!value_->is_number()) fail("a number");
  return value_->get<double>();
}

std::string JsonReader::text() const {
  if (!value_->is_string()) fail("a text");
  return value_->get<std::string>();
}

bool JsonReader::boolean() const {
  if (!value_->is_boolean()) fail("true or false");
  return value_->get<bool>();
}

std::vector<double> JsonReader::numbers() const {
  std::vector<double> all;
  for (const JsonReader& item : items()) all.push_back(item.number());
  return all;
}

double JsonReader::number_or(std::string_view key, double otherwise) const { return has(key) ? at(key).number() : otherwise; }

std::string JsonReader::text_or(std::string_view key, const std::string& otherwise) const {
  return has(key) ? at(key).text() : otherwise;
}

bool JsonReader::boolean_or(std::string_view key, bool otherwise) const { return has(key) ? at(key).boolean() : otherwise; }

void JsonReader::expect_only(std::initializer_list<std::string_view> allowed) const {
  std::string list;
  for (const std::string_view key : allowed) list += (list.empty() ? "" : ", ") + std::string(key);
  for (const std::string& key : keys())
    if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) fail("one of the keys " + list, "\"" + key + "\"");
}

}  // namespace crbrt::base
