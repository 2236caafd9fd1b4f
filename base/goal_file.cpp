// SPDX-License-Identifier: Apache-2.0
// Goals without "sequences" are for any train; a list that names none would be for no train at all, and is refused.
#include "base/goal_file.h"

#include <algorithm>

namespace crbrt::base {
namespace {

constexpr std::size_t shown_digits = 16, sha256_digits = 64;

}  // namespace

bool GoalTrains::hold(std::string_view sequence_sha256) const {
  return named.empty() ||
         std::any_of(named.begin(), named.end(), [&](const Train& train) { return train.sha256 == sequence_sha256; });
}

std::string GoalTrains::in_words() const {
  std::string text;
  for (const Train& train : named)
    text += (text.empty() ? "" : ", ") + train.name + " (" + train.sha256.substr(0, shown_digits) + ")";
  return text.empty() ? "any pulse train" : text;
}

GoalFile read_goal_file(const std::string& path) {
  GoalFile file{JsonReader::from_file(path), {}};
  file.json.expect_only({"kind", "sequences", "estimators", "speed", "verdict"});
  if (file.json.text_or("kind", "") != "crbrt-goals")
    file.json.fail("goals (\"kind\": \"crbrt-goals\")", "JSON of another kind");
  if (!file.json.has("sequences")) return file;
  for (const JsonReader& train : file.json.at("sequences").items()) {
    train.expect_only({"name", "sha256"});
    file.trains.named.push_back({train.at("name").text(), train.at("sha256").text()});
    if (file.trains.named.back().sha256.size() != sha256_digits) train.at("sha256").fail("64 hexadecimal digits");
  }
  if (file.trains.named.empty()) file.json.at("sequences").fail("at least one sequence; leave the key out for any");
  return file;
}

}  // namespace crbrt::base
