// SPDX-License-Identifier: Apache-2.0
// One pass over maps x methods x tubes; the numbers behind a box plot are the values themselves.
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
#include "base/json_reader.h"
#include "physics/quantity.h"
#include "tools/volume/image_values.h"
#include "tools/volume/maps_in.h"

namespace crbrt::phantom {
namespace {

constexpr std::size_t n_quantity = physics::paper_quantities.size();

const physics::Quantity& quantity(std::size_t q) { return *physics::find_quantity(physics::paper_quantities[q]); }
std::string map_of(std::size_t q) { return std::string(quantity(q).map.name); }

struct Region {
  std::string name;
  std::array<double, n_quantity> truth;
  std::vector<std::size_t> voxels;
};

std::string path_in(const std::string& folder, const std::string& name) {
  return (std::filesystem::path(folder) / name).string();
}

std::vector<Region> read_regions(const std::string& phantom, const volume::ImageValues& roi) {
  std::vector<Region> regions;
  for (const auto& item : base::JsonReader::from_file(path_in(phantom, "phantom.json")).at("tubes").items()) {
    Region region{item.at("name").text(), {}, {}};
    for (std::size_t q = 0; q < n_quantity; ++q) region.truth[q] = item.at(quantity(q).key).number();
    const auto label = static_cast<float>(item.at("label").number());
    for (std::size_t v = 0; v < roi.values.size(); ++v)
      if (roi.values[v] == label) region.voxels.push_back(v);
    regions.push_back(std::move(region));
  }
  return regions;
}

std::string line(const char* format, double a, double b = 0, double c = 0) {
  char text[128];
  std::snprintf(text, sizeof text, format, a, b, c);
  return text;
}

/// Collects the text of all files.
class Tables {
 public:
  explicit Tables(std::size_t n_method) : n_method_(n_method) {}

  void add(std::size_t q, const Region& region, std::size_t tube, const std::string& method, std::size_t m,
           const std::vector<double>& values) {
    const std::string map = map_of(q);
    const std::string head = map + "," + std::string(quantity(q).map.unit) + "," + std::to_string(tube + 1) + "," +
                             base::for_csv(region.name) + "," + base::for_csv(method) + "," + std::to_string(values.size());
    csv += head + line(",%.6g", region.truth[q]);
    if (values.empty()) {
      csv += ",,,\n";
      return;
    }
    const Quartiles box = quartiles(values);
    csv += line(",%.6g,%.6g,%.6g\n", box.median, box.low, box.high);
    std::printf("%-14s %-14s %-14s %6zu %10.4g %10.4g %10.4g %10.4g\n", map.c_str(), base::for_terminal(region.name).c_str(),
                base::for_terminal(method).c_str(), values.size(), region.truth[q], box.median, box.low, box.high);
    const double step = 0.8 / static_cast<double>(n_method_);
    const double position =
        static_cast<double>(tube + 1) + step * (static_cast<double>(m) - (static_cast<double>(n_method_) - 1) / 2);
    for (const double value : values) boxes[q] += line("%.4f %.8g %.0f\n", position, value, static_cast<double>(m));
    boxes[q] += "\n\n";  // gnuplot's next index
    ++n_box[q];
  }

  void add_truth(std::size_t q, const Region& region, std::size_t tube) {
    truth[q] += line("%.3f %.3f %.8g\n", static_cast<double>(tube) + 0.55, static_cast<double>(tube) + 1.45, region.truth[q]);
  }

  std::string csv = "map,unit,tube,name,method,voxels,truth,median,quartile_low,quartile_high\n";
  std::array<std::string, n_quantity> boxes, truth;
  std::array<std::size_t, n_quantity> n_box{};

 private:
  std::size_t n_method_;
};

std::vector<double> estimates_in(const Region& region, const std::vector<float>& map, const std::vector<float>& status) {
  std::vector<double> values;
  for (const std::size_t v : region.voxels)
    if (volume::is_estimate(status[v])) values.push_back(static_cast<double>(map[v]));
  return values;
}

/// What scripts/plot_tubes.gp needs to know.
std::string settings(const RoiOptions& options, const std::vector<Region>& regions, const Tables& tables) {
  const auto at = [](std::size_t i) { return std::string("[").append(std::to_string(i + 1)).append("] = "); };
  std::string text = "n_method = " + std::to_string(options.methods.size()) + "\narray method[n_method]\n" +
                     "n_tube = " + std::to_string(regions.size()) + "\narray tube[n_tube]\n";
  for (std::size_t m = 0; m < options.methods.size(); ++m)
    text += "method" + at(m) + base::gnuplot_string(base::gnuplot_markup(options.methods[m].name)) + "\n";
  for (std::size_t t = 0; t < regions.size(); ++t) {
    std::string format;  // labels of axes are formats, too
    for (const char c : base::gnuplot_markup(regions[t].name)) format += c == '%' ? "%%" : std::string(1, c);
    text += "tube" + at(t) + base::gnuplot_string(format) + "\n";
  }
  text += "n_map = " + std::to_string(n_quantity) +
          "\narray map[n_map]\narray label[n_map]\narray factor[n_map]\narray n_box[n_map]\n";
  for (std::size_t q = 0; q < n_quantity; ++q) {
    const std::string index = at(q);
    text += "map" + index + base::gnuplot_string(map_of(q)) + "\nlabel" + index +
            base::gnuplot_string(quantity(q).plot_label()) + "\nfactor" + index + line("%.10g", quantity(q).display_per_map()) +
            "\nn_box" + index + std::to_string(tables.n_box[q]) + "\n";
  }
  return text;
}

void write_boxes(const RoiOptions& options, const std::vector<Region>& regions, const Tables& tables) {
  const std::filesystem::path path = options.boxes;
  base::AtomicFolder folder(path);
  const auto write = [&](const std::string& name, const std::string& text) {
    base::write_text(folder.temporary(name), text, path / name);
  };
  for (std::size_t q = 0; q < n_quantity; ++q) {
    const std::string map = map_of(q);
    write(map + ".dat", tables.boxes[q]);
    write(map + ".truth", tables.truth[q]);
  }
  write("settings.gp", settings(options, regions, tables));
  folder.commit();
}

}  // namespace

Quartiles quartiles(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double fraction) {
    const double position = fraction * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (position - static_cast<double>(below)) * (values[above] - values[below]);
  };
  return {at(0.25), at(0.5), at(0.75)};
}

void measure_rois(const RoiOptions& options) {
  const volume::ImageValues roi = volume::read_values(path_in(options.phantom, "roi.nii.gz"));
  const std::vector<Region> regions = read_regions(options.phantom, roi);
  Tables tables(options.methods.size());
  std::printf("%-14s %-14s %-14s %6s %10s %10s %10s %10s\n", "map", "tube", "method", "voxels", "truth", "median", "25 %",
              "75 %");
  for (std::size_t q = 0; q < n_quantity; ++q) {
    for (std::size_t t = 0; t < regions.size(); ++t) tables.add_truth(q, regions[t], t);
    for (std::size_t m = 0; m < options.methods.size(); ++m) {
      const Method& method = options.methods[m];
      const auto status = volume::read_values(volume::map_path(method.folder, "status"), roi.grid, volume::GridCheck::extents);
      const volume::MapFiles maps = volume::maps_in(method.folder);
      const auto map =
          volume::read_map(volume::map_named(map_of(q), maps, method.folder), roi.grid, volume::GridCheck::extents);
      for (std::size_t t = 0; t < regions.size(); ++t)
        tables.add(q, regions[t], t, method.name, m, estimates_in(regions[t], map, status));
    }
  }
  base::write_text_file(options.csv, tables.csv);
  if (!options.boxes.empty()) write_boxes(options, regions, tables);
}

}  // namespace crbrt::phantom
