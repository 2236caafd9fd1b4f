// SPDX-License-Identifier: Apache-2.0
// crbrt-phantom: a digital brain and tubes with known truth, and how far maps of them are from that truth.
#include <string>
#include <vector>

#include "base/error.h"
#include "tools/cli/command_line.h"
#include "tools/phantom/make.h"
#include "tools/phantom/measure.h"
#include "tools/volume/maps_out.h"

namespace {

using namespace crbrt;

cli::Command add_make(cli::CommandLine& app, phantom::MakeOptions& make) {
  cli::Command command = app.subcommand("make", "brain: coefficients, mask, truth and bounds from a brain image");
  command.option("--model FILE", make.model, "model that will map it (.crbm): gives basis and outputs").required();
  command.option("--sequence FILE", make.sequence, "the model's sequence (.json)").required();
  command.option("--image FILE", make.image, "skull-stripped T1-weighted brain (.nii.gz)").required();
  command.option("--out FOLDER", make.out, "folder").required();
  command.option("--snr RATIO", make.snr, "|M0| / sigma where |M0| is 1").positive().show_default();
  command.option("--voxel-mm MILLIMETRES", make.voxel_mm, "width of the voxels, in place of the image's").in_range(0.2, 20.0);
  command.option("--fingerprints N", make.n_entry, "how many to simulate for all voxels").in_range(1, 10000000).show_default();
  command.option("--seed N", make.seed, "of the noise and the draws").show_default();
  command.option("--threads N", make.threads, "worker threads").in_range(1, 1024).show_default();
  return command;
}

cli::Command add_measure(cli::CommandLine& app, phantom::MeasureOptions& measure) {
  cli::Command command = app.subcommand("measure", "brain: errors of maps per tissue, beside the bound");
  command.older_name("compare");
  command.option("--phantom FOLDER", measure.phantom, "folder of crbrt-phantom make").required();
  command.option("--maps FOLDER", measure.maps, "folder of crbrt-map").required();
  command.option("--stats FILE", measure.stats, "--stats file of crbrt-map").required();
  command.option("--json FILE", measure.json, "summary").required();
  command.option("--slices FOLDER", measure.slices, "folder for one slice of every map, as text for gnuplot");
  return command;
}

cli::Command add_tubes(cli::CommandLine& app, phantom::TubesOptions& tubes) {
  cli::Command command =
      app.subcommand("tubes", "six tubes of known content in water: coefficients, regions, truth and bounds");
  command.option("--model FILE", tubes.model, "model that will map it (.crbm): gives the basis").required();
  command.option("--sequence FILE", tubes.sequence, "the model's sequence: JSON, or MAT v7.3/HDF5 (then --tr)").required();
  command.option("--tr SECONDS", tubes.tr_s, "repetition time in seconds").positive();
  command.option("--out FOLDER", tubes.out, "folder").required();
  command.option("--size VOXELS", tubes.size, "voxels along each side of the slice").in_range(24, 1024).show_default();
  command.option("--snr RATIO", tubes.snr, "|M0| / sigma where |M0| is 1").positive().show_default();
  command.option("--seed N", tubes.seed, "of the noise and the draws").show_default();
  command.option("--threads N", tubes.threads, "worker threads").in_range(1, 1024).show_default();
  return command;
}

/// "NLLS=build/fit"
phantom::Method method_of(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
    throw base::UsageError("--maps: expected NAME=FOLDER, found " + text);
  return {text.substr(0, equals), text.substr(equals + 1)};
}

cli::Command add_rois(cli::CommandLine& app, phantom::RoiOptions& rois, std::vector<std::string>& maps) {
  cli::Command command = app.subcommand("rois", "tubes: median and quartiles of maps in every tube, for one or more methods");
  command.option("--phantom FOLDER", rois.phantom, "folder of crbrt-phantom tubes").required();
  command.option("--maps FOLDER", maps, "NAME=FOLDER of maps; give it once for each method").required().one_value_each();
  command.option("--csv FILE", rois.csv, "table of medians and quartiles").required();
  command.option("--boxes FOLDER", rois.boxes, "folder for the numbers of box plots (scripts/plot_tubes.gp)");
  return command;
}

int run(int argc, char** argv) {
  phantom::MakeOptions make;
  phantom::MeasureOptions measure;
  phantom::TubesOptions tubes;
  phantom::RoiOptions rois;
  std::vector<std::string> roi_maps;
  cli::CommandLine app(
      "Phantoms with known truth, a digital brain and a set of tubes: coefficients with noise, and the comparison of maps with "
      "the truth.",
      "crbrt-phantom",
      {{{"A digital brain",
         "crbrt-phantom make --model brain_v2.crbm --sequence protocol.json --image brain.nii.gz --out phantom"},
        {"The errors of its maps",
         "crbrt-phantom measure --phantom phantom --maps maps --stats stats.json --json errors.json"}}});
  make.command = tubes.command = volume::command_without_folders(argc, argv);
  const cli::Command make_command = add_make(app, make), measure_command = add_measure(app, measure),
                     tubes_command = add_tubes(app, tubes), rois_command = add_rois(app, rois, roi_maps);
  if (!app.parse(argc, argv)) return base::exit_ok;
  if (make_command.is_chosen()) phantom::make_phantom(make);
  if (measure_command.is_chosen()) phantom::measure(measure);
  if (tubes_command.is_chosen()) phantom::make_tubes(tubes);
  if (rois_command.is_chosen()) {
    std::vector<std::string> names;
    for (const std::string& text : roi_maps) names.push_back(rois.methods.emplace_back(method_of(text)).name);
    cli::expect_different("--maps", names);
    phantom::measure_rois(rois);
  }
  return base::exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return base::run_main("crbrt-phantom", run, argc, argv); }
