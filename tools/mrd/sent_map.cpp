// SPDX-License-Identifier: Apache-2.0
// Pixels show what people read at the console (tools/volume/shown_unit.h), so that windows, which some scanners keep as whole
// numbers, do not vanish.
#include "tools/mrd/sent_map.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "tools/map/map_files.h"
#include "tools/volume/shown_unit.h"

namespace crbrt::mrd {
namespace {

/// How many thresholds of atypicality the pixels reach, on both sides of 0: scores of typical voxels are negative.
constexpr double atypicality_reach = 10;
/// Standard deviations without a limit: to a tenth of the range of the output.
constexpr double std_share = 0.1;

void choose_scale(SentMap& map, double low, double high, const Config& config) {
  const auto wanted = config.ranges.find(map.name);
  if (wanted != config.ranges.end()) {
    low = wanted->second[0];
    high = wanted->second[1];
  }
  map.scale = pixel_scale(low, high, config.largest_pixel);
  if (!(map.window.low < map.window.high)) map.window = {low, high};
}

SentMap estimate_map(const volume::MapDescription& described, std::size_t plane, const Config& config) {
  SentMap map{.kind = MapKind::estimate,
              .plane = plane,
              .name = described.name,
              .output = described.output,
              .unit = described.unit,
              .factor = described.factor};
  const volume::ShownUnit shown = volume::shown_unit(map.output, map.unit);
  map.pixel_unit = shown.unit;
  map.per_float = shown.factor;
  map.window = {described.window.low * map.per_float, described.window.high * map.per_float};
  const Program& program = config.program();
  if (plane >= program.n_output) {  // |M0|, of which a model knows no range
    map.has_pixels = config.ranges.contains(map.name);
    choose_scale(map, 0, 1, config);
    return map;
  }
  const Output& output = program.outputs[plane];
  const double to_pixels = map.factor * map.per_float;
  choose_scale(map, static_cast<double>(output.minimum) * to_pixels, static_cast<double>(output.maximum) * to_pixels, config);
  return map;
}

SentMap std_map(const SentMap& of, const volume::MapDescription& described, const Config& config) {
  SentMap map = of;
  map.kind = MapKind::std;
  map.name = volume::describe_std(described, "").name;
  map.output = volume::describe_std(described, "").output;
  map.window = {0, (of.window.high - of.window.low) * std_share};
  double high = (of.scale.value_of(of.scale.most) - of.scale.intercept) * std_share;
  if (of.plane < config.program().n_output && std::isfinite(config.program().outputs[of.plane].std_maximum))
    high = static_cast<double>(config.program().outputs[of.plane].std_maximum) * map.factor * map.per_float;
  map.has_pixels = of.has_pixels || config.ranges.contains(map.name);
  choose_scale(map, 0, high, config);
  return map;
}

void add_estimates(const Config& config, std::vector<SentMap>& maps) {
  const auto described = map::describe_outputs(config.model->path, config.program());
  std::vector<SentMap> std;
  for (std::size_t i = 0; i < described.size(); ++i) {
    const bool is_wanted =
        config.maps.empty() || std::find(config.maps.begin(), config.maps.end(), described[i].name) != config.maps.end();
    if (!is_wanted) continue;
    maps.push_back(estimate_map(described[i], i, config));
    if (config.sigma) std.push_back(std_map(maps.back(), described[i], config));
  }
  maps.insert(maps.end(), std.begin(), std.end());
}

std::string in_words(const SentMap& map, bool are_pixels, const Config& config) {
  const std::string& unit = are_pixels ? map.pixel_unit : map.unit;
  std::string text = map.name;
  if (!unit.empty() && unit != "1") text.append(" in ").append(unit);
  return text.append(", model ").append(config.model->model.info().name);
}

}  // namespace

std::vector<SentMap> sent_maps(const Config& config, const std::string& who) {
  std::vector<SentMap> maps;
  add_estimates(config, maps);
  if (config.has_atypicality && config.program().atypicality != nullptr) {
    SentMap map{.kind = MapKind::atypicality, .name = "atypicality", .output = "atypicality", .unit = "1", .pixel_unit = "1"};
    const double threshold = static_cast<double>(config.program().atypicality->threshold);
    const double reach = atypicality_reach * std::max(std::abs(threshold), 1e-3);
    map.window = {-2 * std::abs(threshold), 2 * std::abs(threshold)};
    choose_scale(map, -reach, reach, config);
    maps.push_back(map);
  }
  if (config.has_status) {
    maps.push_back({.kind = MapKind::status,
                    .name = "status",
                    .output = "status",
                    .unit = "1",
                    .pixel_unit = "1",
                    .window = {0, 10},
                    .has_floats = false});
  }
  for (std::size_t i = 0; i < maps.size(); ++i) {
    maps[i].series = static_cast<std::uint16_t>(config.first_series + i);
    maps[i].has_floats = maps[i].has_floats && config.sends_float;
    maps[i].has_pixels = maps[i].has_pixels && (config.sends_uint16 || maps[i].kind == MapKind::status);
  }
  for (const auto& range : config.ranges)
    if (std::none_of(maps.begin(), maps.end(), [&](const SentMap& map) { return map.name == range.first; }))
      throw base::DisagreementError(who, "ranges of maps that are sent", "one of " + range.first);
  return maps;
}

std::vector<Attribute> attributes_of(const SentMap& map, const Config& config, bool are_pixels, bool basis_is_known) {
  const ModelInfo& info = config.model->model.info();
  const double per_unit = are_pixels ? 1 : 1 / map.per_float;
  const double low = map.window.low * per_unit, high = map.window.high * per_unit;
  const auto number = [&](double value) { return are_pixels ? decimal(std::nearbyint(value)) : decimal(value); };
  std::vector<Attribute> attributes{{"DataRole", {"Quantitative"}},
                                    {"ImageProcessingHistory", {"CRBRT", map.name}},
                                    {"SeriesDescriptionAdditional", {map.name}},
                                    {"SequenceDescriptionAdditional", {map.name}},
                                    {"ImageComments", {in_words(map, are_pixels, config)}},
                                    {"ImageType", {map.name}},
                                    {"Keep_image_geometry", {"1"}},
                                    {"WindowCenter", {number((low + high) / 2)}},
                                    {"WindowWidth", {number(are_pixels ? std::max(high - low, 1.0) : high - low)}},
                                    {"crbrt_output", {map.output}},
                                    {"crbrt_unit", {are_pixels ? map.pixel_unit : map.unit}},
                                    {"crbrt_model", {info.name}},
                                    {"crbrt_model_sha256", {info.content_sha256}},
                                    {"crbrt_basis_verified", {basis_is_known ? "true" : "unknown"}},
                                    {"crbrt_precision", {config.is_integer ? "integer" : "f32"}}};
  if (are_pixels && map.kind != MapKind::status) {
    attributes.push_back({"RescaleSlope", {decimal(map.scale.slope)}});
    attributes.push_back({"RescaleIntercept", {decimal(map.scale.intercept)}});
    attributes.push_back({"crbrt_no_estimate", {"0"}});
  } else {
    attributes.push_back({"RescaleSlope", {"1"}});
    attributes.push_back({"RescaleIntercept", {"0"}});
  }
  if (map.kind == MapKind::std) attributes.push_back({"crbrt_sigma", {decimal(*config.sigma)}});
  if (map.kind == MapKind::atypicality)
    attributes.push_back({"crbrt_threshold", {decimal(static_cast<double>(config.program().atypicality->threshold))}});
  return attributes;
}

}  // namespace crbrt::mrd
