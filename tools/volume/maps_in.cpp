// SPDX-License-Identifier: Apache-2.0
// Names change rarely and files live long: what 0.1 wrote is found under its new name.
#include "tools/volume/maps_in.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/gnuplot.h"
#include "base/number_text.h"
#include "physics/quantity.h"
#include "tools/volume/bids_names.h"
#include "tools/volume/image_values.h"
#include "tools/volume/map_unit.h"
#include "tools/volume/status_value.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view ms_suffix = "_ms";
constexpr double s_per_ms = 1e-3;

/// "T1map" of T1map.nii and T1map.nii.gz; empty for any other file.
std::string stem_of(const fs::path& file) {
  const fs::path plain = file.extension() == ".gz" ? file.stem() : file.filename();
  return plain.extension() == ".nii" ? plain.stem().string() : "";
}

/// The quantity whose map 0.1 called so: by its key, in SI units, or m0_abs.
const physics::Quantity* old_quantity(const std::string& name) {
  const physics::Quantity* const quantity = physics::find_quantity(name == "m0_abs" ? "m0" : name);
  return quantity != nullptr && !quantity->map.name.empty() && quantity->map.name != name ? quantity : nullptr;
}

/// The images of a folder by name without extension.
std::map<std::string, std::string> images_in(const std::string& folder) {
  std::error_code error;
  std::map<std::string, std::string> images;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = stem_of(entry.path());
    if (name.empty() || name == "status" || name == "status_detail") continue;
    if (images.contains(name) && entry.path().extension() == ".gz") continue;
    images[name] = entry.path().string();
  }
  if (error) throw base::InputError(folder, "a folder of maps", error.message());
  return images;
}

/// What a map is by its name alone.
struct Meaning {
  std::string name;                             ///< today's
  const physics::Quantity* quantity = nullptr;  ///< null: none of the table
  std::string_view unit = "s";                  ///< that maps of this name have; of other maps only times are understood
  double factor = 1;                            ///< value in today's unit over that in `unit`
  bool is_ms = false;                           ///< the name says milliseconds
};

/// Of a map without "_std".
Meaning meaning_of(const std::string& name) {
  if (const physics::Quantity* const quantity = physics::find_quantity_of_map(name))
    return {name, quantity, quantity->map.unit};
  if (const physics::Quantity* const quantity = old_quantity(name))
    return {std::string(quantity->map.name), quantity, quantity->unit, quantity->map.factor};
  if (!name.ends_with(ms_suffix)) return {name};
  const std::string seconds = name.substr(0, name.size() - ms_suffix.size()) + "_s";
  return {seconds, physics::find_quantity_of_map(seconds), "s", 1, true};
}

/// The factor to today's unit.
MapFile in_todays_unit(const std::string& path, const Meaning& meaning) {
  std::string stated;
  try {
    stated = stated_unit(path);
  } catch (const base::InputError&) {
    if (meaning.quantity != nullptr) throw;
  }
  const std::optional<double> factor = unit_factor(stated, meaning.unit);
  if (!factor && !stated.empty() && stated != meaning.unit && meaning.quantity != nullptr)
    throw base::InputError(sidecar_path(path),
                           "Units of " + std::string(meaning.quantity->key) + ", as " + std::string(meaning.unit),
                           "\"" + stated + "\"");
  return {path, meaning.factor * factor.value_or(stated.empty() && meaning.is_ms ? s_per_ms : 1),
          !stated.empty() || meaning.is_ms};
}

}  // namespace

MapFiles maps_in(const std::string& folder) {
  const std::map<std::string, std::string> images = images_in(folder);
  MapFiles maps;
  for (const auto& [name, path] : images) {
    const bool is_std = name.ends_with(std_suffix);
    Meaning meaning = meaning_of(estimate_of(name));
    if (is_std) meaning.name += std_suffix;
    // Beside a map of today's name this is another one that only could not have it.
    if (meaning.name != name && images.contains(meaning.name)) {
      meaning.name = name;
      meaning.factor = 1;
    }
    maps[meaning.name] = in_todays_unit(path, meaning);
  }
  return maps;
}

std::vector<float> read_map(const MapFile& map, const Grid& grid, GridCheck check) {
  std::vector<float> values = read_values(map.path, grid, check);
  if (map.factor != 1)
    for (float& value : values) value = static_cast<float>(map.factor * static_cast<double>(value));
  return values;
}

const MapFile& map_named(const std::string& name, const MapFiles& maps, const std::string& folder) {
  const auto found = maps.find(name);
  if (found == maps.end()) throw base::InputError((fs::path(folder) / (name + ".nii")).string(), "a map", "no such file");
  return found->second;
}

std::string map_path(const std::string& folder, const std::string& map) {
  const std::string plain = (fs::path(folder) / (map + ".nii")).string();
  return fs::exists(plain) ? plain : plain + ".gz";
}

bool is_estimate(float status) {
  for (const StatusValue value : {StatusValue::ok, StatusValue::outside_range, StatusValue::at_bound,
                                  StatusValue::nuisance_at_bound, StatusValue::not_refined, StatusValue::std_at_limit})
    if (status == static_cast<float>(value)) return true;
  return false;
}

std::string plot_settings(const MapFiles& maps, const Shape& shape) {
  std::string text, arrays = "array map[n_map]\narray label[n_map]\narray factor[n_map]\narray low[n_map]\narray high[n_map]\n";
  std::size_t n = 0;
  std::vector<std::string_view> drawn;
  for (const physics::Quantity& quantity : physics::quantities()) {
    const auto found = maps.find(std::string(quantity.map.name));
    if (found == maps.end()) continue;
    if (std::find(drawn.begin(), drawn.end(), quantity.map.name) != drawn.end()) continue;  // T1map of the other T1 model
    if (found->second.path.ends_with(".gz"))
      throw base::InputError(found->second.path, "a map that is not compressed, as gnuplot reads it (gunzip it first)",
                             "a compressed one");
    drawn.push_back(quantity.map.name);
    const std::string index = std::string("[").append(std::to_string(++n)).append("] = ");
    const auto number = [](double value) { return base::number_text(value, "%.10g"); };
    const double factor = found->second.factor * quantity.display_per_map();
    text += "map" + index + base::gnuplot_file(found->second.path) + "\nlabel" + index +
            base::gnuplot_string(quantity.plot_label()) + "\nfactor" + index + number(factor) + "\nlow" + index +
            number(quantity.display.factor * quantity.display.low) + "\nhigh" + index +
            number(quantity.display.factor * quantity.display.high) + "\n";
  }
  return "nx = " + std::to_string(shape[0]) + "\nny = " + std::to_string(shape[1]) + "\nn_map = " + std::to_string(n) + "\n" +
         (n == 0 ? "" : arrays + text);
}

}  // namespace crbrt::volume
