// SPDX-License-Identifier: Apache-2.0
// Errors per map and tissue beside the bound at each voxel's own SNR.
#include "tools/phantom/measure.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/gnuplot.h"
#include "base/json.h"
#include "base/json_reader.h"
#include "base/number_text.h"
#include "physics/quantity.h"
#include "tools/phantom/brain.h"
#include "tools/volume/image_values.h"
#include "tools/volume/maps_in.h"
#include "tools/volume/maps_out.h"

namespace crbrt::phantom {
namespace {

using base::Json;

struct Tally {
  double n = 0, error = 0, error2 = 0, crb = 0, truth = 0, within_one = 0, within_two = 0;

  void add(double estimate, double true_value, double sqrt_crb) {
    const double difference = estimate - true_value;
    ++n;
    error += difference;
    error2 += difference * difference;
    crb += sqrt_crb * sqrt_crb;
    truth += true_value;
  }
  /// Whether the truth lies within one and within two standard deviations.
  void add_coverage(double estimate, double true_value, double std) {
    within_one += std::abs(estimate - true_value) <= std;
    within_two += std::abs(estimate - true_value) <= 2 * std;
  }
  double rmse() const { return std::sqrt(error2 / n); }
  double rms_sqrt_crb() const { return std::sqrt(crb / n); }
};

std::string in(const std::string& folder, const std::string& name) { return (std::filesystem::path(folder) / name).string(); }

/// `std` is empty where the maps have no standard deviations.
std::array<Tally, 4> tally(const MapPair& map, const std::vector<float>& sqrt_crb, const std::vector<float>& std,
                           const std::vector<float>& labels, const std::vector<float>& status) {
  std::array<Tally, 4> tallies;
  for (std::size_t v = 0; v < labels.size(); ++v) {
    if (!(labels[v] > 0) || !volume::is_estimate(status[v])) continue;
    Tally& tally = tallies[static_cast<std::size_t>(labels[v])];
    tally.add(map.estimate[v], map.truth[v], sqrt_crb[v]);
    if (!std.empty()) tally.add_coverage(map.estimate[v], map.truth[v], std[v]);
  }
  return tallies;
}

Json to_json(const Tally& tally, bool has_std) {
  Json json{{"rmse", tally.rmse()},
            {"rms_sqrt_crb", tally.rms_sqrt_crb()},
            {"mean_error", tally.error / tally.n},
            {"mean_truth", tally.truth / tally.n},
            {"voxels", static_cast<std::size_t>(tally.n)}};
  if (has_std) {
    json["within_one_std"] = tally.within_one / tally.n;
    json["within_two_std"] = tally.within_two / tally.n;
  }
  return json;
}

/// "72.1" of 100, or "-" where the maps have no standard deviations.
std::string percent(double count, const Tally& tally, bool has_std) {
  return has_std ? base::number_text(100 * count / tally.n, "%.1f") : "-";
}

/// The standard deviations of a map, where the folder has some.
std::vector<float> read_std(const std::string& map, const volume::MapFiles& files, const std::string& folder,
                            const volume::Grid& grid) {
  if (!files.contains(map + "_std")) return {};
  return volume::read_map(volume::map_named(map + "_std", files, folder), grid, volume::GridCheck::extents);
}

Json run_figures(const std::string& path) {
  const auto stats = base::JsonReader::from_file(path);
  Json json;
  json["voxels"] = static_cast<std::size_t>(stats.at("voxels").number());
  for (const char* key : {"kernel_s", "total_s"}) json[key] = stats.at(key).number();
  json["threads"] = static_cast<std::size_t>(stats.at("threads").number());
  for (const char* key : {"isa", "precision", "model"}) json[key] = stats.at(key).text();
  json["macs_per_voxel"] = static_cast<std::size_t>(stats.at("macs_per_voxel").number());
  return json;
}

void print_head(const Json& figures) {
  const auto count = [&](const char* key) { return static_cast<long long>(figures.at(key).integer()); };
  const auto text = [&](const char* key) { return base::for_terminal(figures.at(key).text()); };
  std::printf(
      "%lld voxels, %.3f s in the kernel, %.3f s in all, on %lld thread%s (%s, %s); model %s, %lld multiply-adds per voxel\n\n",
      count("voxels"), figures.at("kernel_s").number(), figures.at("total_s").number(), count("threads"),
      count("threads") == 1 ? "" : "s", text("isa").c_str(), text("precision").c_str(), text("model").c_str(),
      count("macs_per_voxel"));
  std::printf("%-16s %-6s %12s %12s %12s %12s %12s %16s\n", "map", "tissue", "truth (mean)", "mean error", "rms error",
              "sqrt(CRB)", "error/bound", "% within 1, 2 std");
}

std::size_t fullest_slice(const volume::Shape& shape, const std::vector<float>& labels) {
  const std::size_t size = shape[0] * shape[1];
  std::size_t best = 0, most = 0;
  for (std::size_t z = 0; z < shape[2]; ++z) {
    const auto begin = labels.begin() + static_cast<std::ptrdiff_t>(z * size);
    const auto inside = static_cast<std::size_t>(
        std::count_if(begin, begin + static_cast<std::ptrdiff_t>(size), [](float l) { return l > 0; }));
    if (inside > most) {
      most = inside;
      best = z;
    }
  }
  return best;
}

/// 1.2 times what 95 % of grey and white matter stay below: CSF may saturate, contrast in tissue may not.
float upper_end(const std::vector<float>& truth, const std::vector<float>& labels) {
  std::vector<float> values;
  for (std::size_t v = 0; v < truth.size(); ++v) {
    if (labels[v] == static_cast<float>(TissueClass::white_matter) || labels[v] == static_cast<float>(TissueClass::grey_matter))
      values.push_back(truth[v]);
  }
  if (values.empty()) return 1;
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(values.size() * 95 / 100);
  std::nth_element(values.begin(), nth, values.end());
  return 1.2f * *nth;
}

template <class Value>
std::string matrix(const volume::Shape& shape, std::size_t z, const std::vector<float>& labels, const Value& value) {
  std::string text;
  char number[32];
  for (std::size_t y = 0; y < shape[1]; ++y) {
    for (std::size_t x = 0; x < shape[0]; ++x) {
      const std::size_t v = (z * shape[1] + y) * shape[0] + x;
      if (labels[v] > 0)
        std::snprintf(number, sizeof number, "%.5g ", static_cast<double>(value(v)));
      else
        std::snprintf(number, sizeof number, "-1e9 ");
      text += number;
    }
    text += "\n";
  }
  return text + "\n\n";
}

/// gnuplot's words for one map, the n-th: what the quantity is called and how many of its displayed units one unit of the map
/// is.
std::string settings(std::size_t n, const MapPair& map, float high) {
  const physics::Quantity* const quantity = physics::find_quantity(map.output);
  const bool is_known = quantity != nullptr && quantity->map.name == map.map;
  std::string plain = map.unit == "1" ? map.output : map.output + " (" + map.unit + ")";
  std::replace(plain.begin(), plain.end(), '_', ' ');
  const double factor = is_known ? quantity->display_per_map() : 1, top = factor * static_cast<double>(high);
  const std::string index = std::string("[").append(std::to_string(n)).append("] = ");
  return "map" + index + base::gnuplot_string(map.map) + "\nlabel" + index +
         base::gnuplot_string(is_known ? quantity->plot_label() : base::gnuplot_markup(plain)) + "\nfactor" + index +
         base::number_text(factor, "%.10g") + "\nhigh" + index + base::number_text(top, "%.4g") + "\ndifference" + index +
         base::number_text(top / 2, "%.4g") + "\n";
}

}  // namespace

void measure(const MeasureOptions& options) {
  const auto description = base::JsonReader::from_file(in(options.phantom, "phantom.json"));
  const volume::ImageValues labels = volume::read_values(in(options.phantom, "tissue.nii.gz"));
  const std::vector<float> status =
      volume::read_values(volume::map_path(options.maps, "status"), labels.grid, volume::GridCheck::extents);
  Json summary = run_figures(options.stats);
  summary["snr"] = description.at("snr").number();
  print_head(summary);
  const volume::MapFiles files = volume::maps_in(options.maps);
  std::vector<MapPair> maps;
  for (const auto& item : description.at("outputs").items()) {
    if (!volume::is_map_name(item.at("map").text())) item.at("map").fail("letters, digits and underscores");
    MapPair map{.map = item.at("map").text(),
                .output = item.at("output").text(),
                .unit = item.at("unit").text(),
                .estimate = {},
                .truth = {}};
    map.estimate = volume::read_map(volume::map_named(map.map, files, options.maps), labels.grid, volume::GridCheck::extents);
    map.truth =
        volume::read_values(in(options.phantom, "truth/" + map.map + ".nii.gz"), labels.grid, volume::GridCheck::extents);
    const auto sqrt_crb =
        volume::read_values(in(options.phantom, "sqrt_crb/" + map.map + ".nii.gz"), labels.grid, volume::GridCheck::extents);
    const auto std = read_std(map.map, files, options.maps, labels.grid);
    const auto tallies = tally(map, sqrt_crb, std, labels.values, status);
    const bool has_std = !std.empty();
    for (const TissueClass tissue : tissue_classes) {
      const Tally& t = tallies[static_cast<std::size_t>(tissue)];
      if (t.n == 0) continue;
      summary["maps"][map.output][short_name(tissue)] = to_json(t, has_std);
      const std::string within = percent(t.within_one, t, has_std) + ", " + percent(t.within_two, t, has_std);
      std::printf("%-16s %-6s %12.4g %12.3g %12.3g %12.3g %12.2f %16s\n", base::for_terminal(map.output).c_str(),
                  short_name(tissue), t.truth / t.n, t.error / t.n, t.rmse(), t.rms_sqrt_crb(), t.rmse() / t.rms_sqrt_crb(),
                  within.c_str());
    }
    maps.push_back(std::move(map));
  }
  if (!options.slices.empty()) write_slices(options.slices, labels.grid, labels.values, maps);
  base::write_text_file(options.json, summary.dump(2) + "\n");
}

void write_slices(const std::string& folder, const volume::Grid& grid, const std::vector<float>& labels,
                  const std::vector<MapPair>& maps) {
  const std::filesystem::path path = folder;
  const std::size_t z = fullest_slice(grid.shape, labels);
  base::AtomicFolder out(path);
  std::string text = "n_map = " + std::to_string(maps.size()) + "\n";
  for (const char* array : {"map", "label", "factor", "high", "difference"})
    text += "array " + std::string(array) + "[n_map]\n";
  std::size_t n = 0;
  for (const MapPair& map : maps) {
    const std::string numbers = matrix(grid.shape, z, labels, [&](std::size_t v) { return map.estimate[v]; }) +
                                matrix(grid.shape, z, labels, [&](std::size_t v) { return map.truth[v]; }) +
                                matrix(grid.shape, z, labels, [&](std::size_t v) { return map.estimate[v] - map.truth[v]; });
    base::write_text(out.temporary(map.map + ".dat"), numbers, path / (map.map + ".dat"));
    text += settings(++n, map, upper_end(map.truth, labels));
  }
  base::write_text(out.temporary("settings.gp"), text, path / "settings.gp");
  out.commit();
}

}  // namespace crbrt::phantom
