// SPDX-License-Identifier: Apache-2.0
/// What the map of an output is called, in which unit it is and what viewers show of it. Needs no file, so that programs that
/// write none (the page of tools/web) describe their maps alike.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "physics/quantity.h"
#include "tools/volume/map_value.h"

namespace crbrt::volume {

/// In which unit maps hold times: seconds, as they are, or whole milliseconds, which survive converters that know integers
/// only.
enum class TimeUnit { seconds, whole_milliseconds };

/// What one map shows.
struct MapDescription {
  std::string name;                           ///< file name without extension
  std::string output;                         ///< "t1_apparent_s"
  std::string unit;                           ///< of the map: "s"; "1" for a fraction
  base::Json details = base::Json::object();  ///< more fields for the sidecar, e.g. ValidRange
  double factor = 1;  ///< map value over the value that is handed to MapFolder::write(): omega0 in rad/s becomes Hz
  Window window{};    ///< what viewers show at first, in the unit of the map
  Rounding rounding = Rounding::none;
};

/// An output of a model or of a fit.
struct MapOutput {
  std::string name;  ///< "t1_apparent_s"
  std::string unit;  ///< of its values
};

/// Letters, digits and underscores: what may become part of the name of a file.
bool is_map_name(std::string_view text);

/// Scores and codes, which programs write beside the estimates of any model: no output may be called so.
bool is_beside_estimates(std::string_view name);

/// The map of a row of the table of quantities that has one. Whole milliseconds are for times that people see in milliseconds:
/// t2_semi_s, of ten microseconds, stays in seconds. A name that ends in the unit changes with it: "t1_semi_ms".
MapDescription describe_map(const physics::Quantity& quantity, TimeUnit times = TimeUnit::seconds);

/// The map of the quantity that the output is called like, where the table knows it with this unit; for any other output a map
/// of the output's own name and unit.
MapDescription describe_map(const MapOutput& output, TimeUnit times = TimeUnit::seconds);

/// The same for all outputs of one model: an output whose map an earlier one took keeps its own name and unit. Throws
/// InputError naming `file` for an output that makes no file name (letters, digits, underscores) or appears twice.
std::vector<MapDescription> describe_maps(const std::string& file, const std::vector<MapOutput>& outputs,
                                          TimeUnit times = TimeUnit::seconds);

/// The map of standard deviations beside a map: called like it, with "_std" behind.
MapDescription describe_std(const MapDescription& map, const std::string& description);

}  // namespace crbrt::volume
