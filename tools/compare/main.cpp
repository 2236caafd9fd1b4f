// crbrt-compare: correlation, relative differences and overlap of the error bars of two folders of maps, over the voxels that
// both computed, and the medians of the maps in white matter.
#include <cstdio>
#include <string>
#include <vector>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/json.h"
#include "base/median.h"
#include "base/number_text.h"
#include "base/warnings.h"
#include "tools/cli/command_line.h"
#include "tools/compare/agreement.h"
#include "tools/compare/white_matter.h"
#include "tools/volume/coefficients.h"
#include "tools/volume/image_values.h"
#include "tools/volume/maps_in.h"

namespace {

using namespace crbrt;

struct Options {
  std::string maps, reference, coefficients, mask, json, plot;
  bool ignore_geometry = false;

  volume::GridCheck grid_check() const noexcept {
    return ignore_geometry ? volume::GridCheck::extents : volume::GridCheck::world;
  }
};

bool read_command_line(int argc, char** argv, Options& options) {
  cli::CommandLine app(
      "Compares two folders of maps, e.g. of crbrt-map and crbrt-fit.", "crbrt-compare",
      {{{"Maps of a model beside those of a fit", "crbrt-compare --maps maps --reference fits"},
        {"The same with medians in white matter, as JSON",
         "crbrt-compare --maps maps --reference fits --coefficients brain.nii --mask mask.nii --json agreement.json"}}});
  app.option("--maps FOLDER", options.maps, "folder of maps").required();
  app.option("--reference FOLDER", options.reference, "folder of maps to compare with").required();
  const cli::Option coefficients =
      app.option("--coefficients FILE", options.coefficients, "coefficient image: adds medians in white matter");
  app.option("--mask FILE", options.mask, "brain mask for the white matter").needs(coefficients);
  app.flag("--ignore-geometry", options.ignore_geometry,
           "compare the grids of both folders, of --coefficients and of --mask by their extents alone, not in the world");
  app.option("--json FILE", options.json, "also write the numbers to this file");
  app.option("--plot FILE", options.plot, "also write what scripts/plot_slice.gp needs to draw the first slice of --maps");
  if (!app.parse(argc, argv)) return false;
  base::expect_different_outputs({{"--json", options.json}, {"--plot", options.plot}});
  return true;
}

struct CommonVoxels {
  std::vector<std::size_t> voxels;
  std::size_t n_flagged = 0;  // of them, at a bound or outside a range on either side
};

// Voxels with an estimate in both folders: those at a bound of the fit or outside an output's range are estimates too.
CommonVoxels common_voxels(const Options& options, const volume::ImageValues& a) {
  const std::vector<float> b = volume::read_values(volume::map_path(options.reference, "status"), a.grid, options.grid_check());
  CommonVoxels common;
  for (std::size_t v = 0; v < b.size(); ++v) {
    if (!volume::is_estimate(a.values[v]) || !volume::is_estimate(b[v])) continue;
    common.voxels.push_back(v);
    if (a.values[v] != 0 || b[v] != 0) ++common.n_flagged;
  }
  if (common.voxels.empty()) throw base::DisagreementError(options.reference, "voxels that both folders computed", "none");
  return common;
}

/// The grid of --maps, and how the others are compared with it.
struct Compared {
  volume::Grid grid;
  volume::GridCheck check;
};

/// The values of a map at listed voxels, in the unit that maps of its name have today.
std::vector<double> values_at(const volume::MapFile& map, const Compared& compared, const std::vector<std::size_t>& voxels) {
  const std::vector<float> stored = volume::read_values(map.path, compared.grid, compared.check);
  std::vector<double> values;
  for (std::size_t v : voxels) values.push_back(map.factor * static_cast<double>(stored[v]));
  return values;
}

std::vector<std::size_t> white_matter_voxels(const Options& options, const volume::Grid& grid) {
  if (options.coefficients.empty()) return {};
  const auto image = volume::CoefficientImage::open(options.coefficients);
  volume::expect_same_grid(grid, image.grid(), options.grid_check(), options.coefficients, "coefficients");
  base::Warnings warnings("crbrt-compare");
  const auto brain = options.mask.empty() ? volume::VoxelList::all(grid.shape).indices()
                                          : volume::read_mask(options.mask, grid, options.grid_check(), warnings).indices();
  return compare::white_matter(image, compare::eroded(brain, grid.shape, 3));
}

int run(int argc, char** argv) {
  Options options;
  if (!read_command_line(argc, argv, options)) return base::exit_ok;
  const auto status = volume::read_values(volume::map_path(options.maps, "status"));
  const auto [voxels, n_flagged] = common_voxels(options, status);
  const auto white_matter = white_matter_voxels(options, status.grid);
  const Compared compared{status.grid, options.grid_check()};
  const volume::MapFiles maps = volume::maps_in(options.maps), known = volume::maps_in(options.reference);

  base::Json report{{"voxels", voxels.size()}, {"flagged_voxels", n_flagged}, {"white_matter_voxels", white_matter.size()}};
  std::printf("%zu voxels computed by both (%zu at a bound or outside a range), %zu white-matter voxels\n", voxels.size(),
              n_flagged, white_matter.size());
  std::printf("%-18s %12s %12s %12s %14s %14s\n", "map", "correlation", "median diff", "median |diff|", "white matter",
              "2 std overlap");
  for (const auto& [name, map] : maps) {
    const auto reference = known.find(name);
    if (reference == known.end()) continue;
    compare::ErrorBars a{values_at(map, compared, voxels), {}}, b{values_at(reference->second, compared, voxels), {}};
    const compare::Agreement agreement = compare::agreement(a.value, b.value);
    base::Json& entry = report["maps"][name];
    entry = {{"correlation", agreement.correlation},
             {"median_relative_difference", agreement.median_relative_difference},
             {"median_absolute_relative_difference", agreement.median_absolute_relative_difference},
             {"median", agreement.median_estimate},
             {"median_reference", agreement.median_reference}};
    double median_wm = 0;
    if (!white_matter.empty()) entry["white_matter_median"] = median_wm = base::median(values_at(map, compared, white_matter));
    std::string overlap = "-";
    const auto std_a = maps.find(name + "_std"), std_b = known.find(name + "_std");
    if (std_a != maps.end() && std_b != known.end()) {
      a.std = values_at(std_a->second, compared, voxels);
      b.std = values_at(std_b->second, compared, voxels);
      const double share = compare::share_of_overlaps(a, b);
      entry["overlap_of_2_std"] = share;
      overlap = base::number_text(100 * share, "%.1f%%");
    }
    std::printf("%-18s %12.4f %+11.2f%% %11.2f%% %14.6g %14s\n", base::for_terminal(name).c_str(), agreement.correlation,
                100 * agreement.median_relative_difference, 100 * agreement.median_absolute_relative_difference, median_wm,
                overlap.c_str());
  }
  if (!report.contains("maps"))
    throw base::DisagreementError(options.reference, "a map of the same name in both folders", "none");
  if (!options.json.empty()) base::write_text_file(options.json, report.dump(2) + "\n");
  if (!options.plot.empty()) base::write_text_file(options.plot, volume::plot_settings(maps, status.grid.shape));
  return base::exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return base::run_main("crbrt-compare", run, argc, argv); }
