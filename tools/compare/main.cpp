// SPDX-License-Identifier: Apache-2.0
// crbrt-compare: correlation, relative differences and overlap of the error bars of two folders of maps, over the voxels that
// both computed, and the medians of the maps in white matter.
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/json.h"
#include "base/warnings.h"
#include "tools/cli/command_line.h"
#include "tools/compare/map_pair.h"
#include "tools/compare/white_matter.h"
#include "tools/volume/coefficients.h"
#include "tools/volume/image_values.h"
#include "tools/volume/maps_in.h"

namespace {

using namespace crbrt;

constexpr std::size_t erosion_voxels = 3;  // away from the skull and from fluid

struct Options {
  std::string maps, reference, coefficients, mask, json, plot;
  bool ignore_geometry = false, expect_agreement = false;

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
  app.exit_code(base::exit_not_fit, "done, and a map disagrees (--expect-agreement)");
  app.option("--maps FOLDER", options.maps, "folder of maps").required();
  app.option("--reference FOLDER", options.reference, "folder of maps to compare with").required();
  const cli::Option coefficients =
      app.option("--coefficients FILE", options.coefficients, "coefficient image: adds medians in white matter");
  app.option("--mask FILE", options.mask, "brain mask for the white matter").needs(coefficients);
  app.flag("--ignore-geometry", options.ignore_geometry,
           "compare the grids of both folders, of --coefficients and of --mask by their extents alone, not in the world");
  app.option("--json FILE", options.json, "also write the numbers to this file");
  app.flag("--expect-agreement", options.expect_agreement,
           "exit code 9 where a map disagrees: differs by more than 20 % in the typical voxel");
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

/// Of the voxels that both folders computed, those well inside the mask with the least of the third coefficient.
std::vector<std::size_t> white_matter_voxels(const Options& options, const compare::Compared& compared,
                                             base::Warnings& warnings) {
  if (options.coefficients.empty()) return {};
  const auto image = volume::CoefficientImage::open(options.coefficients);
  volume::expect_same_grid(compared.grid, image.grid(), options.grid_check(), options.coefficients, "coefficients");
  const auto brain = options.mask.empty()
                         ? volume::VoxelList::all(compared.grid.shape).indices()
                         : volume::read_mask(options.mask, compared.grid, options.grid_check(), warnings).indices();
  std::vector<std::size_t> inside;
  const std::vector<std::size_t> eroded = compare::eroded(brain, compared.grid.shape, erosion_voxels);
  std::set_intersection(eroded.begin(), eroded.end(), compared.voxels.begin(), compared.voxels.end(),
                        std::back_inserter(inside));
  std::vector<std::size_t> voxels = compare::white_matter(image, inside);
  if (voxels.empty())
    warnings.add(options.coefficients + ": no voxel is left for the medians in white matter: " + std::to_string(inside.size()) +
                 " that both folders computed lie " + std::to_string(erosion_voxels) +
                 " voxels inside the mask, and a third of those counts");
  return voxels;
}

std::string table(const base::Json& report, const std::vector<compare::PairedMap>& pairs) {
  const auto count = [&](const char* key) { return std::to_string(report[key].integer()); };
  char head[128];
  std::snprintf(head, sizeof head, "%-18s %12s %12s %12s %14s %14s\n", "map", "correlation", "median diff", "median |diff|",
                "white matter", "2 std overlap");
  std::string text = count("voxels") + " voxels computed by both (" + count("flagged_voxels") +
                     " at a bound or outside a range), " + count("white_matter_voxels") + " white-matter voxels\n" + head;
  for (const compare::PairedMap& pair : pairs) text += pair.line();
  text += "agree: by at most 5 % in the typical voxel; differ: by at most 20 %; disagree: by more\n";
  for (const compare::PairedMap& pair : pairs) text += pair.sentence();
  return text;
}

int run(int argc, char** argv) {
  Options options;
  if (!read_command_line(argc, argv, options)) return base::exit_ok;
  base::Warnings warnings("crbrt-compare");
  const auto status = volume::read_values(volume::map_path(options.maps, "status"));
  auto [voxels, n_flagged] = common_voxels(options, status);
  compare::Compared compared{status.grid, options.grid_check(), std::move(voxels), {}};
  compared.white_matter = white_matter_voxels(options, compared, warnings);
  const volume::MapFiles maps = volume::maps_in(options.maps), known = volume::maps_in(options.reference);
  const std::vector<compare::PairedMap> pairs = compare::pair_maps(maps, known, compared, warnings);
  if (pairs.empty()) throw base::DisagreementError(options.reference, "a map of the same name in both folders", "none");
  compare::warn_of_missing_numbers(pairs, compared.voxels.size(), options.maps, options.reference, warnings);

  base::Json report{
      {"voxels", compared.voxels.size()}, {"flagged_voxels", n_flagged}, {"white_matter_voxels", compared.white_matter.size()}};
  for (const compare::PairedMap& pair : pairs) report["maps"][pair.name] = pair.to_json();
  const std::string plot = options.plot.empty() ? "" : volume::plot_settings(maps, status.grid.shape);
  // Outputs first: a table above the complaint that its file was refused would look like a result.
  if (!options.json.empty()) base::write_text_file(options.json, report.dump(2) + "\n");
  if (!options.plot.empty()) base::write_text_file(options.plot, plot);
  base::print_lines(table(report, pairs));
  const bool disagree = std::any_of(pairs.begin(), pairs.end(), [](const compare::PairedMap& pair) {
    return pair.judgement() == compare::Judgement::disagree;
  });
  return options.expect_agreement && disagree ? base::exit_not_fit : base::exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return base::run_main("crbrt-compare", run, argc, argv); }
