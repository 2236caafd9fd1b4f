// SPDX-License-Identifier: Apache-2.0
// The table of quantities gives names and units; an output that it does not know keeps its own.
#include "tools/volume/map_description.h"

#include <algorithm>

#include "base/error.h"
#include "tools/volume/bids_names.h"

namespace crbrt::volume {
namespace {

/// No name that a program gives to a map of its own.
bool makes_file_name(const std::string& output) {
  return is_map_name(output) && !is_beside_estimates(output) && !output.ends_with(std_suffix);
}

}  // namespace

bool is_map_name(std::string_view text) {
  const char* const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_beside_estimates(std::string_view name) {
  return name == "status" || name == "status_detail" || name == "atypicality" || name == "chi_square";
}

MapDescription describe_map(const physics::Quantity& quantity, TimeUnit times) {
  MapDescription map{.name = std::string(quantity.map.name),
                     .output = std::string(quantity.key),
                     .unit = std::string(quantity.map.unit),
                     .details = {{"Description", quantity.description}},
                     .factor = quantity.map.factor};
  if (times == TimeUnit::whole_milliseconds && quantity.display.unit == "ms") {
    if (map.name.ends_with("_s")) map.name = map.name.substr(0, map.name.size() - 1).append("ms");
    map.unit = "ms";
    map.factor = quantity.display.factor;
    map.rounding = Rounding::nearest;
  }
  map.window = {quantity.display.low * map.factor, quantity.display.high * map.factor};
  return map;
}

MapDescription describe_map(const MapOutput& output, TimeUnit times) {
  const physics::Quantity* const quantity = physics::find_quantity(output.name);
  const bool is_known = quantity != nullptr && !quantity->map.name.empty() && quantity->unit == output.unit;
  if (is_known) return describe_map(*quantity, times);
  return {.name = output.name, .output = output.name, .unit = output.unit, .details = base::Json::object()};
}

std::vector<MapDescription> describe_maps(const std::string& file, const std::vector<MapOutput>& outputs, TimeUnit times) {
  std::vector<MapDescription> maps;
  const auto is_taken = [&](std::string MapDescription::*member, const std::string& name) {
    return std::any_of(maps.begin(), maps.end(), [&](const MapDescription& map) { return map.*member == name; });
  };
  for (const MapOutput& output : outputs) {
    if (!makes_file_name(output.name)) {
      throw base::InputError(file,
                             "outputs named with letters, digits and underscores, none \"status\", \"status_detail\", "
                             "\"atypicality\" or ending in \"_std\"",
                             "\"" + output.name + "\"");
    }
    MapDescription map = describe_map(output, times);
    if (is_taken(&MapDescription::name, map.name)) map = {output.name, output.name, output.unit, base::Json::object(), 1};
    if (is_taken(&MapDescription::output, output.name) || is_taken(&MapDescription::name, map.name))
      throw base::InputError(file, "outputs of different names", "\"" + output.name + "\" twice");
    maps.push_back(std::move(map));
  }
  return maps;
}

MapDescription describe_std(const MapDescription& map, const std::string& description) {
  return {.name = map.name + std::string(std_suffix),
          .output = map.output + std::string(std_suffix),
          .unit = map.unit,
          .details = {{"Description", description}},
          .factor = map.factor,
          .window = {0, (map.window.high - map.window.low) / 10},
          .rounding = map.rounding == Rounding::none ? Rounding::none : Rounding::up};
}

}  // namespace crbrt::volume
