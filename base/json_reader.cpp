// SPDX-License-Identifier: Apache-2.0
// Places are spelled as one would write them in JavaScript: "classes[1].weight".
#include "base/json_reader.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"

namespace crbrt::base {

JsonReader::JsonReader(std::string file, std::string place, std::shared_ptr<const Json> document, const Json* value)
    : file_(std::move(file)), place_(std::move(place)), document_(std::move(document)), value_(value) {}

JsonReader JsonReader::child(std::string place, const Json& value) const {
  return JsonReader(file_, std::move(place), document_, &value);
}

JsonReader JsonReader::from_file(const std::string& path) { return of(Json::from_file(path), path); }

JsonReader JsonReader::from_text(std::string_view text, const std::string& path) { return of(Json::parse(text, path), path); }

JsonReader JsonReader::of(Json json, const std::string& path) {
  auto document = std::make_shared<const Json>(std::move(json));
  const Json* value = document.get();
  return JsonReader(path, "", std::move(document), value);
}

void JsonReader::fail(const std::string& expected, const std::string& found) const {
  throw InputError(place_.empty() ? file_ : file_ + ", " + place_, expected, found);
}

void JsonReader::fail(const std::string& expected) const { fail(expected, value_->shown()); }

bool JsonReader::has(std::string_view key) const {
  if (!value_->is_object()) fail("an object");
  return value_->contains(key);
}

JsonReader JsonReader::at(std::string_view key) const {
  if (!has(key)) fail("the key \"" + std::string(key) + "\"", "none");
  return child((place_.empty() ? "" : place_ + ".") + std::string(key), value_->at(key));
}

std::vector<JsonReader> JsonReader::items() const {
  if (!value_->is_array()) fail("an array");
  std::vector<JsonReader> all;
  for (const Json& value : value_->items()) all.push_back(child(place_ + "[" + std::to_string(all.size()) + "]", value));
  return all;
}

std::vector<std::string> JsonReader::keys() const {
  if (!value_->is_object()) fail("an object");
  std::vector<std::string> all;
  for (const Json::Member& member : value_->members()) all.push_back(member.key);
  std::sort(all.begin(), all.end());
  return all;
}

bool JsonReader::is_array() const noexcept { return value_->is_array(); }
bool JsonReader::is_number() const noexcept { return value_->is_number(); }

double JsonReader::number() const {
  if (!value_->is_number()) fail("a number");
  return value_->number();
}

double JsonReader::positive() const {
  const double value = number();
  if (!(value > 0)) fail("a number above 0");
  return value;
}

std::string JsonReader::text() const {
  if (!value_->is_text()) fail("a text");
  return value_->text();
}

bool JsonReader::boolean() const {
  if (!value_->is_boolean()) fail("true or false");
  return value_->boolean();
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
  expect_only(std::span(allowed.begin(), allowed.size()));
}

void JsonReader::expect_only(std::span<const std::string_view> allowed) const {
  std::string list;
  for (const std::string_view key : allowed) list += (list.empty() ? "" : ", ") + std::string(key);
  for (const std::string& key : keys())
    if (std::find(allowed.begin(), allowed.end(), key) == allowed.end())
      fail("one of the keys " + list, with_nearest(key, allowed));
}

}  // namespace crbrt::base
