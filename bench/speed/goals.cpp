// SPDX-License-Identifier: Apache-2.0
/// Reading goals of speed, and judging a run's summary by them.
#include "bench/speed/report.h"

#include <algorithm>

#include "base/goal_file.h"
#include "base/number_text.h"

namespace crbrt::bench {
namespace {

using base::JsonReader;
using base::number_text;

/// The keys are those of the summary, so that a goal is named like what it judges.
void add_network(const std::string& network, const JsonReader& json, std::vector<SpeedGoal>& goals) {
  const std::vector<SummaryNumber> known = numbers_of({}, {});
  std::vector<std::string_view> keys;
  for (const SummaryNumber& number : known) keys.emplace_back(number.key);
  json.expect_only(keys);
  for (const std::string& key : json.keys()) goals.push_back({network, key, json.at(key).positive()});
}

}  // namespace

bool SpeedGoal::is_limit() const { return number.ends_with("_us") || number.ends_with("_s"); }

SpeedGoals read_speed_goals(const std::string& path) {
  const JsonReader speed = base::read_goal_file(path).json.at("speed");
  speed.expect_only({"whole_brain", "networks"});
  SpeedGoals goals;
  if (speed.has("whole_brain")) {
    const JsonReader brain = speed.at("whole_brain");
    brain.expect_only({"voxels", "macs_per_voxel", "peak_gmacs"});
    goals.whole_brain = {brain.at("voxels").positive(), brain.at("macs_per_voxel").positive(),
                         brain.at("peak_gmacs").positive()};
  }
  if (speed.has("networks")) {
    const JsonReader networks = speed.at("networks");
    for (const std::string& network : networks.keys()) add_network(network, networks.at(network), goals.numbers);
  }
  return goals;
}

const char* JudgedSpeed::verdict() const {
  if (!measured) return "not measured";
  return (goal->is_limit() ? *measured <= goal->value : *measured >= goal->value) ? "pass" : "fail";
}

std::vector<JudgedSpeed> judged(const SpeedGoals& goals, const std::vector<SummaryRow>& rows) {
  std::vector<JudgedSpeed> all;
  for (const SpeedGoal& goal : goals.numbers) {
    const std::size_t before = all.size();
    for (const SummaryRow& row : rows) {
      if (row.network != goal.network) continue;
      const std::vector<SummaryNumber> numbers = numbers_of(row, goals.whole_brain);
      const auto number =
          std::find_if(numbers.begin(), numbers.end(), [&](const SummaryNumber& n) { return n.key == goal.number; });
      all.push_back({&goal, row.floating == nullptr ? 0 : row.floating->batch, number->value});
    }
    if (all.size() == before) all.push_back({&goal, 0, std::nullopt});
  }
  return all;
}

std::string goals_text(const std::vector<JudgedSpeed>& judged) {
  if (judged.empty()) return "";
  std::string text = "\nGoals\n\n| network | batch | number | goal | measured | |\n|---|---:|---|---:|---:|---|\n";
  for (const JudgedSpeed& j : judged) {
    const std::string cells[] = {j.goal->network,
                                 j.batch == 0 ? "-" : std::to_string(j.batch),
                                 j.goal->number,
                                 (j.goal->is_limit() ? "<= " : ">= ") + number_text(j.goal->value, "%.3g"),
                                 j.measured ? number_text(*j.measured, "%.3g") : "-",
                                 j.verdict()};
    for (const std::string& cell : cells) text.append("| ").append(cell).append(" ");
    text += "|\n";
  }
  return text;
}

}  // namespace crbrt::bench
