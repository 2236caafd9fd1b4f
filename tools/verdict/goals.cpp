// SPDX-License-Identifier: Apache-2.0
// Every key is optional: what a file leaves out is as without a file.
#include "tools/verdict/goals.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "base/number_text.h"

namespace crbrt::verdict {
namespace {

using base::Json;
using base::JsonReader;

struct Number {
  const char* key;
  double OutputGoals::*member;
};
constexpr std::array<Number, 7> numbers{{{"bound_in_widths", &OutputGoals::bound_in_widths},
                                         {"data_share", &OutputGoals::data_share},
                                         {"loss_over_guess", &OutputGoals::loss_over_guess},
                                         {"loss_over_ideal", &OutputGoals::loss_over_ideal},
                                         {"bias2_over_crb", &OutputGoals::bias2_over_crb},
                                         {"worst_part_loss", &OutputGoals::worst_part_loss},
                                         {"grid_bias_in_widths", &OutputGoals::grid_bias_in_widths}}};

struct Shares {
  const char* key;
  Range OutputGoals::*member;
};
constexpr std::array<Shares, 2> ranges{
    {{"within_1_std", &OutputGoals::within_1_std}, {"within_2_std", &OutputGoals::within_2_std}}};

constexpr auto output_keys = std::to_array<std::string_view>(
    {"bound_in_widths", "data_share", "loss_over_guess", "loss_over_ideal", "loss", "loss_at_snr", "bias2_over_crb",
     "within_1_std", "within_2_std", "worst_part_loss", "grid_bias_in_widths"});

Range range_of(const JsonReader& json) {
  const std::vector<double> ends = json.numbers();
  if (ends.size() != 2 || !(ends[0] >= 0 && ends[0] < ends[1] && ends[1] <= 1))
    json.fail("two shares from 0 to 1, the smaller one first");
  return {ends[0], ends[1]};
}

OutputGoals read_output(const JsonReader& json, OutputGoals goals) {
  for (const Number& number : numbers)
    if (json.has(number.key)) goals.*number.member = json.at(number.key).positive();
  for (const Shares& shares : ranges)
    if (json.has(shares.key)) goals.*shares.member = range_of(json.at(shares.key));
  if (json.has("loss")) goals.loss = json.at("loss").positive();
  if (json.has("loss_at_snr")) {
    goals.loss_at_snr.clear();
    for (const std::string& key : json.at("loss_at_snr").keys()) {
      char* end = nullptr;
      const double snr = std::strtod(key.c_str(), &end);
      if (*end != '\0' || !(snr > 0)) json.at("loss_at_snr").fail("SNRs as keys", key);
      goals.loss_at_snr.emplace_back(snr, json.at("loss_at_snr").at(key).positive());
    }
  }
  return goals;
}

Json json_of(const OutputGoals& goals) {
  Json json = Json::object();
  for (const Number& number : numbers) json[number.key] = goals.*number.member;
  for (const Shares& shares : ranges)
    json[shares.key] = Json::array({(goals.*shares.member).first, (goals.*shares.member).second});
  if (goals.loss) json["loss"] = *goals.loss;
  for (const auto& [snr, loss] : goals.loss_at_snr) json["loss_at_snr"][base::number_text(snr, "%.6g")] = loss;
  return json;
}

}  // namespace

OutputGoals::OutputGoals() = default;
Goals::Goals() = default;

const OutputGoals& Goals::of(const std::string& output) const {
  const auto own = std::find_if(outputs.begin(), outputs.end(), [&](const auto& named) { return named.first == output; });
  return own == outputs.end() ? all : own->second;
}

Json Goals::json() const {
  Json json = json_of(all);
  json["basis_factor"] = basis_factor;
  for (const auto& [name, goals] : outputs) json["outputs"][name] = json_of(goals);
  json["source"] = source;
  return json;
}

Goals read_goals(const base::GoalFile& file, const std::string& path) {
  Goals goals;
  if (!file.json.has("verdict")) return goals;
  const JsonReader json = file.json.at("verdict");
  std::vector<std::string_view> keys(output_keys.begin(), output_keys.end());
  keys.insert(keys.end(), {"basis_factor", "outputs"});
  json.expect_only(keys);
  goals.source = path;
  goals.all = read_output(json, {});
  if (json.has("basis_factor")) goals.basis_factor = json.at("basis_factor").positive();
  if (!json.has("outputs")) return goals;
  for (const std::string& output : json.at("outputs").keys()) {
    json.at("outputs").at(output).expect_only(output_keys);
    goals.outputs.emplace_back(output, read_output(json.at("outputs").at(output), goals.all));
  }
  return goals;
}

}  // namespace crbrt::verdict
