// Names change rarely and files live long: what 0.1 wrote is found under its new name.
#include "tools/volume/maps_in.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/gnuplot.h"
#include "base/json.h"
#include "base/number_text.h"
#include "physics/quantity.h"
#include "tools/volume/status_value.h"

namespace crbrt::volume {
namespace {

namespace fs = std::filesystem;

const std::string std_suffix = "_std";

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

/// Whether its sidecar says that a map holds milliseconds (--units ms). A map without a sidecar, or with a broken one, does
/// not.
bool is_in_milliseconds(const fs::path& folder, const std::string& name) {
  const fs::path sidecar = folder / (name + ".json");
  std::error_code unreadable;
  if (!fs::exists(sidecar, unreadable)) return false;
  try {
    const base::Json json = base::Json::from_file(sidecar.string());
    return json.contains("Units") && json["Units"] == "ms";
  } catch (const base::Error&) {
    return false;
  }
}

/// Times in the seconds that maps of their names hold otherwise, and t1_semi_ms as t1_semi_s.
MapFiles in_seconds(const std::string& folder, const MapFiles& maps) {
  constexpr double s_per_ms = 1e-3;
  MapFiles seconds;
  for (const auto& [name, map] : maps) {
    if (!is_in_milliseconds(folder, name)) {
      seconds[name] = map;
      continue;
    }
    const std::size_t at = name.find("_ms");
    const std::string in_seconds = at == std::string::npos ? name : name.substr(0, at + 1) + name.substr(at + 2);
    seconds[in_seconds] = {map.path, map.factor * s_per_ms};
  }
  return seconds;
}

}  // namespace

MapFiles maps_in(const std::string& folder) {
  std::error_code error;
  MapFiles maps;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (const std::string name = stem_of(entry.path()); !name.empty() && name != "status" && name != "status_detail")
      maps[name] = {entry.path().string()};
  if (error) throw base::InputError(folder, "a folder of maps", error.message());
  maps = in_seconds(folder, maps);
  MapFiles today = maps;
  for (const auto& [name, map] : maps) {
    const bool is_std = name.ends_with(std_suffix);
    const physics::Quantity* const quantity = old_quantity(is_std ? name.substr(0, name.size() - std_suffix.size()) : name);
    if (quantity == nullptr) continue;
    // Beside a map of today's name this is another one that only could not have it.
    const std::string new_name = std::string(quantity->map.name) + (is_std ? std_suffix : "");
    if (maps.contains(new_name)) continue;
    today.erase(name);
    today[new_name] = {map.path, quantity->map.factor};
  }
  return today;
}

std::string map_path(const std::string& folder, const std::string& map) {
  const std::string plain = (fs::path(folder) / (map + ".nii")).string();
  return fs::exists(plain) ? plain : plain + ".gz";
}

bool is_estimate(float status) {
  for (const StatusValue value : {StatusValue::ok, StatusValue::outside_range, StatusValue::at_bound})
    if (status == static_cast<float>(value)) return true;
  return false;
}

std::string plot_settings(const MapFiles& maps, const Shape& shape) {
  std::string text, arrays = "array map[n_map]\narray label[n_map]\narray factor[n_map]\narray low[n_map]\narray high[n_map]\n";
  std::size_t n = 0;
  std::vector<std::string_view> drawn;
  for (const physics::Quantity& quantity : physics::quantities()) {
    const auto found = maps.find(std::string(quantity.map.name));
    if (found == maps.end() || found->second.path.ends_with(".gz")) continue;
    if (std::find(drawn.begin(), drawn.end(), quantity.map.name) != drawn.end()) continue;  // T1map of the other T1 model
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
