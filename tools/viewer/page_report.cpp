// SPDX-License-Identifier: Apache-2.0
// One map after the other lies in memory. How fine the images are follows from how many voxels have to fit into a page.
#include "tools/viewer/page_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "base/number_text.h"
#include "physics/quantity.h"
#include "tools/cli/command_line.h"
#include "tools/viewer/map_display.h"
#include "tools/viewer/page_run.h"
#include "tools/viewer/region_table.h"
#include "tools/viewer/regions.h"
#include "tools/volume/image_values.h"
#include "tools/volume/map_colours.h"
#include "tools/volume/maps_in.h"
#include "tools/volume/maps_out.h"
#include "tools/volume/status_value.h"

namespace crbrt::viewer {
namespace {

/// 25 MB for a page, less NiiVue (2.3 MB) and everything that is no image.
constexpr std::size_t image_budget = 22'000'000;
constexpr int finest = 4096, coarsest = 16;  // levels between the 0.5th and the 99.5th percentile of a map

/// As the sidecars of crbrt-map name it; a word of another version as it is.
std::string noise_source_in_words(const std::string& source) {
  constexpr std::array<std::pair<const char*, const char*>, 4> words{{{"given", "as given by --sigma"},
                                                                      {"patches", "from the spectra of patches"},
                                                                      {"neighbours", "from differences of neighbours"},
                                                                      {"background", "from the background"}}};
  for (const auto& [name, text] : words)
    if (source == name) return text;
  return source;
}

class Maker {
 public:
  Maker(const PageOptions& options, const Run& run, int levels) : options_(options), run_(run), levels_(levels) {}

  /// False where the images do not fit into a page.
  bool fits() const { return n_byte_ <= image_budget; }

  void add_maps() {
    const volume::MapFiles maps = volume::maps_in(options_.folder);
    std::vector<std::string> names;
    for (const physics::Quantity& quantity : physics::quantities()) add_name(std::string(quantity.map.name), maps, names);
    for (const auto& [name, file] : maps)
      if (!is_std(name, maps)) add_name(name, maps, names);
    for (const std::string& name : names)
      if (fits()) add_map(name, maps);
  }

  PageReport report() {
    json_["title"] = options_.title;
    add_status();
    add_grid();
    add_provenance();
    if (!options_.labels.empty()) report_.csv = regions_.csv();
    report_.json = std::move(json_);
    return std::move(report_);
  }

 private:
  static bool is_std(const std::string& name, const volume::MapFiles& maps) {
    return name.ends_with(volume::std_suffix) && maps.contains(name.substr(0, name.size() - volume::std_suffix.size()));
  }

  static void add_name(const std::string& name, const volume::MapFiles& maps, std::vector<std::string>& names) {
    if (maps.contains(name) && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }

  /// In the displayed unit.
  std::vector<float> displayed(const std::string& path, double factor) const {
    std::vector<float> values = volume::read_values(path, run_.grid, volume::GridCheck::world);
    if (factor != 1)
      for (float& value : values) value = static_cast<float>(factor * static_cast<double>(value));
    return values;
  }

  /// Adds an image and returns how page.js finds it.
  Json image(const std::string& name, const std::vector<float>& values, double step) {
    PackedImage packed = pack(values, run_.grid, run_.box, step);
    const std::string id = std::string("image").append(std::to_string(report_.images.size()));
    n_byte_ += packed.text.size();
    steps_ += (steps_.empty() ? "" : ", ") + name + " " + base::number_text(packed.step, "%.2g");
    n_cut_ += packed.n_cut;
    Json json{{"id", id}, {"step", packed.step}, {"cut", packed.n_cut}};
    report_.images.emplace_back(id, std::move(packed.text));
    return json;
  }

  void add_map(const std::string& name, const volume::MapFiles& maps) {
    const volume::MapFile& file = maps.at(name);
    const Json sidecar = sidecar_of(file.path);
    const physics::Quantity* quantity = physics::find_quantity(text_or(sidecar, "OutputName", ""));
    if (quantity != nullptr && quantity->map.name != name) quantity = nullptr;
    // A map that the table does not know is shown as it is stored, in the unit that its sidecar states.
    const double factor = quantity != nullptr ? file.factor * quantity->display_per_map() : 1;
    const std::string own_unit = text_or(sidecar, "Units", "");
    Json map{{"name", name},
             {"label", quantity != nullptr ? std::string(quantity->symbol) : name},
             {"unit", quantity != nullptr ? std::string(quantity->display.unit)
                      : own_unit == "1"   ? ""
                                          : own_unit},
             {"factor", factor},
             {"description", text_or(sidecar, "Description", name)},
             {"colours", volume::colours_of(quantity)}};
    const std::vector<float> values = displayed(file.path, factor);
    std::vector<double> sorted = ok_values(run_, values);
    const Window window = window_of(quantity, sorted);
    map["low"] = window.low;
    map["high"] = window.high;
    map["median"] = finite_or_null(percentile(sorted, 0.5));
    map["histogram"] = histogram(sorted, window);
    map["image"] = image(name, values, step_of(sorted, levels_));
    std::vector<float> std;
    if (const auto found = maps.find(std::string(name).append(volume::std_suffix)); found != maps.end()) {
      keep_noise(sidecar_of(found->second.path));
      std = displayed(found->second.path, factor);
      std::vector<double> of_std = ok_values(run_, std);
      const double most = percentile(of_std, 0.98);
      map["std"] = {
          {"low", 0}, {"high", most > 0 ? most : 1.0}, {"image", image(found->first, std, step_of(of_std, levels_ / 4))}};
    } else {
      map["std"] = nullptr;
    }
    if (!run_.labels.empty()) map["regions"] = regions_.add(map, values, std);
    json_["maps"].push_back(std::move(map));
  }

  /// The same in all sidecars of standard deviations; fits have none, where each voxel has a noise of its own.
  void keep_noise(const Json& sidecar) {
    const Json* const noise = sidecar.find("Noise");
    if (noise == nullptr || !noise->is_object() || !noise->contains("Sigma") || !(*noise)["Sigma"].is_number()) return;
    noise_ =
        base::number_text((*noise)["Sigma"].number(), "%.4g") + ", " + noise_source_in_words(text_or(*noise, "Source", ""));
  }

  void add_status() {
    std::vector<std::uint64_t> counts(status_colours.size());
    for (const float s : run_.status)
      if (s >= 0 && s < static_cast<float>(counts.size())) ++counts[static_cast<std::size_t>(s)];
    std::uint64_t computed = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) computed += i == run_.outside ? 0 : counts[i];
    Json levels = Json::array();
    std::size_t code = 0;
    for (const Json::Member& level : run_.status_sidecar.at("Levels").members()) {
      const std::string name = level.value.is_text() ? level.value.text() : level.value.dump();
      const double share = computed > 0 ? 100 * static_cast<double>(counts[code]) / static_cast<double>(computed) : 0;
      levels.push_back({{"name", name},
                        {"voxels", counts[code]},
                        {"share", code == run_.outside ? "" : base::number_text(share, "%.3g %%")},
                        {"meaning", volume::meaning_of(name)},
                        {"colour", status_colours[code]}});
      ++code;
    }
    json_["status"] = {{"outside", run_.outside}, {"levels", levels}, {"image", image("status", run_.status, 1)}};
    json_["summary"] = std::to_string(computed) + " voxels of " + volume::text(run_.grid.shape) +
                       " were estimated; click into a slice to read the maps there.";
    if (!json_.contains("maps")) json_["maps"] = Json::array();
  }

  void add_grid() {
    const Affine a = box_affine(run_.grid, run_.box);
    json_["extents"] = run_.box.extents;
    json_["box_first"] = run_.box.first;
    json_["world_to_voxel"] = Json::array();
    const Affine inverse = inverse_of(a);
    for (const auto& row : inverse) json_["world_to_voxel"].push_back(row);
    json_["centre_mm"] = Json::array();
    for (const auto& row : a) {
      double at = row[3];
      for (std::size_t d = 0; d < 3; ++d) at += row[d] * std::floor(static_cast<double>(run_.box.extents[d]) / 2);
      json_["centre_mm"].push_back(at);
    }
    json_["precision"] = "Embedded images are cut to the estimated voxels (" + volume::text(run_.box.extents) +
                         ") and stored in 16 bits in steps (in the displayed unit) of: " + steps_ + ". " +
                         (n_cut_ == 0 ? std::string("No voxel is beyond their range.")
                                      : std::to_string(n_cut_) + " values are beyond their range and stand at its end.") +
                         " The NIfTI files hold the full precision; histograms and regions are computed from them.";
  }

  void add_provenance() {
    Json rows = Json::array();
    for (const Json::Member& member : run_.status_sidecar.members()) {
      if (member.key == "Levels" || member.key == "Counts" || member.key == "CommandLine") continue;
      const std::string value = member.value.is_text() ? member.value.text() : member.value.dump();
      rows.push_back(Json::array({member.key, value}));
    }
    if (!noise_.empty()) rows.push_back(Json::array({"Noise of each coefficient (standard deviation)", noise_}));
    rows.push_back(Json::array(
        {"Page", "crbrt " + cli::version() + ", NiiVue (BSD-2-Clause); colour maps Lipari and Navia (F. Crameri)"}));
    json_["provenance"] = rows;
    json_["command"] = text_or(run_.status_sidecar, "CommandLine", "");
  }

  const PageOptions& options_;
  const Run& run_;
  int levels_;
  Json json_;
  PageReport report_;
  std::string steps_, noise_;
  std::size_t n_byte_ = 0;
  std::uint64_t n_cut_ = 0;
  RegionTable regions_{run_};
};

}  // namespace

PageReport make_report(const PageOptions& options) {
  const Run run = read_run(options);
  for (int levels = finest;; levels /= 2) {
    Maker maker(options, run, levels);
    maker.add_maps();
    if (maker.fits() || levels <= coarsest) return maker.report();
  }
}

}  // namespace crbrt::viewer
