// crbrt-compare: correlation, relative differences and overlap of the error bars of two folders of maps, over the voxels that
// both computed, and the medians of the maps in white matter.
#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/json.h"
#include "base/median.h"
#include "base/number_text.h"
#include "crbrt/status.h"
#include "tools/cli/command_line.h"
#include "tools/compare/agreement.h"
#include "tools/compare/white_matter.h"
#include "tools/volume/coefficients.h"
#include "tools/volume/image_values.h"
#include "tools/volume/mask.h"

namespace {

using namespace crbrt;
namespace fs = std::filesystem;

struct Options {
  std::string maps, reference, coefficients, mask, json;
};

bool read_command_line(int argc, char** argv, Options& options) {
  cli::CommandLine app("Compares two folders of maps, e.g. of crbrt-map and crbrt-fit.", "crbrt-compare");
  app.option("--maps", options.maps, "folder of maps").required();
  app.option("--reference", options.reference, "folder of maps to compare with").required();
  const cli::Option coefficients =
      app.option("--coefficients", options.coefficients, "coefficient image: adds medians in white matter");
  app.option("--mask", options.mask, "brain mask for the white matter").needs(coefficients);
  app.option("--json", options.json, "also write the numbers to this file");
  return app.parse(argc, argv);
}

std::set<std::string> map_names(const std::string& folder) {
  std::error_code error;
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".nii" && entry.path().stem() != "status") names.insert(entry.path().stem().string());
  if (error) throw base::InputError(folder, "a folder of maps", error.message());
  return names;
}

std::string map_file(const std::string& folder, const std::string& name) {
  return (fs::path(folder) / (name + ".nii")).string();
}

struct CommonVoxels {
  std::vector<std::size_t> voxels;
  std::size_t n_flagged = 0;  // of them, at a bound or outside a range on either side
};

// Voxels with an estimate in both folders: those at a bound of the fit or outside an output's range are estimates too.
CommonVoxels common_voxels(const Options& options, const volume::ImageValues& a) {
  const auto has_estimate = [](float status) {
    return status == 0 || status == static_cast<float>(VoxelStatus::outside_range);
  };
  const std::vector<float> b = volume::read_values(map_file(options.reference, "status"), a.grid.shape);
  CommonVoxels common;
  for (std::size_t v = 0; v < b.size(); ++v) {
    if (!has_estimate(a.values[v]) || !has_estimate(b[v])) continue;
    common.voxels.push_back(v);
    if (a.values[v] != 0 || b[v] != 0) ++common.n_flagged;
  }
  if (common.voxels.empty()) throw base::DisagreementError(options.reference, "voxels that both folders computed", "none");
  return common;
}

std::vector<double> values_at(const std::vector<float>& map, const std::vector<std::size_t>& voxels) {
  std::vector<double> values;
  for (std::size_t v : voxels) values.push_back(map[v]);
  return values;
}

/// The values of a map with its standard deviations, from the same folder.
compare::ErrorBars error_bars(const std::string& folder, const std::string& name, const std::vector<float>& map,
                              const std::vector<std::size_t>& voxels, const volume::Shape& shape) {
  return {values_at(map, voxels), values_at(volume::read_values(map_file(folder, name + "_std"), shape), voxels)};
}

std::vector<std::size_t> white_matter_voxels(const Options& options) {
  if (options.coefficients.empty()) return {};
  const auto image = volume::CoefficientImage::open(options.coefficients);
  const auto brain =
      options.mask.empty() ? volume::all_voxels(image.grid().shape) : volume::read_mask(options.mask, image.grid().shape);
  return compare::white_matter(image, compare::eroded(brain, image.grid().shape, 3));
}

int run(int argc, char** argv) {
  Options options;
  if (!read_command_line(argc, argv, options)) return base::exit_ok;
  const auto status = volume::read_values(map_file(options.maps, "status"));
  const auto [voxels, n_flagged] = common_voxels(options, status);
  const auto white_matter = white_matter_voxels(options);
  std::set<std::string> names = map_names(options.maps);
  const std::set<std::string> known = map_names(options.reference);

  base::Json report{{"voxels", voxels.size()}, {"flagged_voxels", n_flagged}, {"white_matter_voxels", white_matter.size()}};
  std::printf("%zu voxels computed by both (%zu at a bound or outside a range), %zu white-matter voxels\n", voxels.size(),
              n_flagged, white_matter.size());
  std::printf("%-18s %12s %12s %12s %14s %14s\n", "map", "correlation", "median diff", "median |diff|", "white matter",
              "2 std overlap");
  for (const std::string& name : names) {
    if (!known.contains(name)) continue;
    const auto map = volume::read_values(map_file(options.maps, name), status.grid.shape);
    const auto reference = volume::read_values(map_file(options.reference, name), status.grid.shape);
    const compare::Agreement a = compare::agreement(values_at(map, voxels), values_at(reference, voxels));
    base::Json& entry = report["maps"][name];
    entry = {{"correlation", a.correlation},
             {"median_relative_difference", a.median_relative_difference},
             {"median_absolute_relative_difference", a.median_absolute_relative_difference},
             {"median", a.median_estimate},
             {"median_reference", a.median_reference}};
    double median_wm = 0;
    if (!white_matter.empty()) entry["white_matter_median"] = median_wm = base::median(values_at(map, white_matter));
    std::string overlap = "-";
    if (names.contains(name + "_std") && known.contains(name + "_std")) {
      const double share =
          compare::share_of_overlaps(error_bars(options.maps, name, map, voxels, status.grid.shape),
                                     error_bars(options.reference, name, reference, voxels, status.grid.shape));
      entry["overlap_of_2_std"] = share;
      overlap = base::number_text(100 * share, "%.1f%%");
    }
    std::printf("%-18s %12.4f %+11.2f%% %11.2f%% %14.6g %14s\n", name.c_str(), a.correlation,
                100 * a.median_relative_difference, 100 * a.median_absolute_relative_difference, median_wm, overlap.c_str());
  }
  if (!report.contains("maps"))
    throw base::DisagreementError(options.reference, "a map of the same name in both folders", "none");
  if (!options.json.empty()) base::write_text_file(options.json, report.dump(2) + "\n");
  return base::exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return base::run_main("crbrt-compare", run, argc, argv); }
