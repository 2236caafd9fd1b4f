// SPDX-License-Identifier: Apache-2.0
// A config that asks for what there is not ends the server before it listens: at the scanner it is too late.
#include "tools/mrd/config.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "base/model_file.h"
#include "tools/map/map_files.h"
#include "tools/map/voxel_estimator.h"

namespace crbrt::mrd {
namespace {

constexpr std::uint16_t least_largest_pixel = 255;

std::vector<std::string> texts(const base::JsonReader& json) {
  std::vector<std::string> texts;
  for (const base::JsonReader& item : json.items()) texts.push_back(item.text());
  return texts;
}

/// A whole number of a range.
std::uint16_t whole_number(const base::JsonReader& json, std::uint16_t least, std::uint16_t most) {
  const double number = json.number();
  if (!(number >= least && number <= most && number == std::floor(number)))
    json.fail("a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return static_cast<std::uint16_t>(number);
}

void read_sending(const base::JsonReader& json, Config& config) {
  config.sends_float = config.sends_uint16 = false;
  for (const base::JsonReader& item : json.items()) {
    const std::string kind = item.text();
    if (kind != "float" && kind != "uint16") item.fail("float or uint16");
    (kind == "float" ? config.sends_float : config.sends_uint16) = true;
  }
  if (!config.sends_float && !config.sends_uint16) json.fail("float, uint16 or both", "neither");
}

void read_ranges(const base::JsonReader& json, Config& config) {
  for (const std::string& key : json.keys()) {
    const std::vector<double> ends = json.at(key).numbers();
    if (ends.size() != 2 || !(ends[0] < ends[1]) || !std::isfinite(ends[0]) || !std::isfinite(ends[1]))
      json.at(key).fail("two numbers, the lower one first");
    config.ranges[key] = {ends[0], ends[1]};
  }
}

std::shared_ptr<const LoadedModel> model_of(const base::JsonReader& json, const std::string& config_path,
                                            std::map<std::string, std::shared_ptr<const LoadedModel>>& models) {
  const std::string path = (std::filesystem::path(config_path).parent_path() / json.text()).string();
  auto& model = models[path];
  if (!model) model = std::make_shared<const LoadedModel>(LoadedModel{path, base::load_model(path)});
  return model;
}

void read_estimation(const base::JsonReader& json, Config& config) {
  if (json.has("coefficients")) {
    const auto dimension = dimension_from_name(json.at("coefficients").text());
    if (!dimension) json.at("coefficients").fail("channel, contrast or set");
    config.coefficients = *dimension;
  }
  if (json.has("precision")) {
    const std::string precision = json.at("precision").text();
    if (precision != "f32" && precision != "integer") json.at("precision").fail("f32 or integer");
    config.is_integer = precision == "integer";
  }
  if (json.has("sigma")) {
    config.sigma = json.at("sigma").positive();
    if (!map::is_noise(*config.sigma)) json.at("sigma").fail("a number of single precision above 0");
  }
}

}  // namespace

Config config_from_file(const std::string& path, const Config& defaults,
                        std::map<std::string, std::shared_ptr<const LoadedModel>>& models) {
  const auto json = base::JsonReader::from_file(path);
  json.expect_only({"model", "also", "coefficients", "precision", "sigma", "maps", "atypicality", "status", "send",
                    "largest_pixel", "ranges", "first_series"});
  Config config = defaults;
  config.name = std::filesystem::path(path).stem().string();
  if (json.has("model")) config.model = model_of(json.at("model"), path, models);
  if (json.has("also")) config.also = texts(json.at("also"));
  read_estimation(json, config);
  if (json.has("maps")) config.maps = texts(json.at("maps"));
  config.has_atypicality = json.boolean_or("atypicality", config.has_atypicality);
  config.has_status = json.boolean_or("status", config.has_status);
  if (json.has("send")) read_sending(json.at("send"), config);
  if (json.has("largest_pixel")) config.largest_pixel = whole_number(json.at("largest_pixel"), least_largest_pixel, 65535);
  if (json.has("first_series")) config.first_series = whole_number(json.at("first_series"), 0, 60000);
  if (json.has("ranges")) read_ranges(json.at("ranges"), config);
  expect_possible(config, path);
  return config;
}

void expect_possible(const Config& config, const std::string& who) {
  const Model& model = config.model->model;
  if (config.is_integer && model.integer_program() == nullptr)
    throw base::DisagreementError(who, "f32, or a model with an integer form",
                                  "integer for " + config.model->path + " without one");
  if (config.sigma && config.program().uncertainty == nullptr)
    throw base::DisagreementError(who, "no sigma, or a model that predicts standard deviations",
                                  "a sigma for " + config.model->path + ", which predicts none");
  std::vector<std::string> names;
  std::string known;
  for (const auto& map : map::describe_outputs(config.model->path, config.program())) {
    names.push_back(map.name);
    known += (known.empty() ? "" : ", ") + map.name;
  }
  for (const std::string& name : config.maps)
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw base::DisagreementError(who, "maps of " + known, name);
}

Configs configs_by_name(const std::vector<Config>& configs) {
  Configs by_name;
  for (const Config& config : configs) {
    const auto shared = std::make_shared<const Config>(config);
    std::vector<std::string> names = config.also;
    names.push_back(config.name);
    for (const std::string& name : names)
      if (!by_name.emplace(name, shared).second) throw base::UsageError("--config: two configs answer to the name " + name);
  }
  return by_name;
}

std::shared_ptr<const Config> find_config(const Configs& configs, std::string_view name) {
  auto found = configs.find(name);
  for (const std::string_view ending : {".json", ".xml"})
    if (found == configs.end() && name.ends_with(ending)) found = configs.find(name.substr(0, name.size() - ending.size()));
  return found == configs.end() ? nullptr : found->second;
}

std::string names_of(const Configs& configs) {
  std::string names;
  for (const auto& [name, config] : configs) names += (names.empty() ? "" : ", ") + name;
  return names;
}

}  // namespace crbrt::mrd
