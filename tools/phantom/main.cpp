// crbrt-phantom: a digital brain and tubes with known truth, and how far maps of them are from that truth.
#include <string>
#include <vector>

#include "base/error.h"
#include "tools/cli/command_line.h"
#include "tools/phantom/compare.h"
#include "tools/phantom/make.h"
#include "tools/phantom/make_tubes.h"
#include "tools/phantom/rois.h"
#include "tools/volume/sidecar.h"

namespace {

using namespace crbrt;

void add_make(CLI::App& app, phantom::MakeOptions& make) {
  auto* command = app.add_subcommand("make", "brain: coefficients, mask, truth and bounds from a brain image");
  command->add_option("--model", make.model, "model that will map it (.crbm): gives basis and outputs")->required();
  command->add_option("--sequence", make.sequence, "the model's sequence (.json)")->required();
  command->add_option("--image", make.image, "skull-stripped T1-weighted brain (.nii.gz)")->required();
  command->add_option("--out", make.out, "folder")->required();
  command->add_option("--snr", make.snr, "|M0| / sigma where |M0| is 1")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--fingerprints", make.n_entry, "how many to simulate for all voxels")
      ->check(CLI::Range(1, 10000000))
      ->capture_default_str();
  command->add_option("--seed", make.seed)->capture_default_str();
  command->add_option("--threads", make.threads)->check(CLI::Range(1, 1024))->capture_default_str();
  command->final_callback([&make] { phantom::make_phantom(make); });
}

void add_compare(CLI::App& app, phantom::CompareOptions& compare) {
  auto* command = app.add_subcommand("compare", "brain: errors of maps per tissue, beside the bound");
  command->add_option("--phantom", compare.phantom, "folder of crbrt-phantom make")->required();
  command->add_option("--maps", compare.maps, "folder of crbrt-map")->required();
  command->add_option("--stats", compare.stats, "--stats file of crbrt-map")->required();
  command->add_option("--json", compare.json, "summary")->required();
  command->add_option("--slices", compare.slices, "folder for one slice of every map, as text for gnuplot");
  command->final_callback([&compare] { phantom::compare(compare); });
}

void add_tubes(CLI::App& app, phantom::TubesOptions& tubes) {
  auto* command = app.add_subcommand("tubes", "six tubes of known content in water: coefficients, regions, truth and bounds");
  command->add_option("--model", tubes.model, "model that will map it (.crbm): gives the basis")->required();
  command->add_option("--sequence", tubes.sequence, "the model's sequence: JSON, or MAT v7.3/HDF5 (then --tr)")->required();
  command->add_option("--tr", tubes.tr_s, "repetition time in seconds")->check(CLI::PositiveNumber);
  command->add_option("--out", tubes.out, "folder")->required();
  command->add_option("--size", tubes.size, "voxels along each side of the slice")
      ->check(CLI::Range(24, 1024))
      ->capture_default_str();
  command->add_option("--snr", tubes.snr, "|M0| / sigma where |M0| is 1")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--seed", tubes.seed)->capture_default_str();
  command->add_option("--threads", tubes.threads)->check(CLI::Range(1, 1024))->capture_default_str();
  command->final_callback([&tubes] { phantom::make_tubes(tubes); });
}

/// "NLLS=build/fit"
phantom::Method method_of(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == text.size() || text.find_first_of("'\",") < equals)
    throw base::UsageError("--maps: expected NAME=FOLDER, found " + text);
  return {text.substr(0, equals), text.substr(equals + 1)};
}

void add_rois(CLI::App& app, phantom::RoiOptions& rois, std::vector<std::string>& maps) {
  auto* command = app.add_subcommand("rois", "tubes: median and quartiles of maps in every tube, for one or more methods");
  command->add_option("--phantom", rois.phantom, "folder of crbrt-phantom tubes")->required();
  command->add_option("--maps", maps, "NAME=FOLDER of maps; give it once for each method")
      ->required()
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--csv", rois.csv, "table of medians and quartiles")->required();
  command->add_option("--boxes", rois.boxes, "folder for the numbers of box plots (scripts/plot_tubes.gp)");
  command->final_callback([&rois, &maps] {
    for (const std::string& text : maps) rois.methods.push_back(method_of(text));
    phantom::measure_rois(rois);
  });
}

int run(int argc, char** argv) {
  phantom::MakeOptions make;
  phantom::CompareOptions compare;
  phantom::TubesOptions tubes;
  phantom::RoiOptions rois;
  std::vector<std::string> roi_maps;
  CLI::App app(
      "Phantoms with known truth, a digital brain and a set of tubes: coefficients with noise, and the comparison of maps with "
      "the truth.",
      "crbrt-phantom");
  cli::add_common_options(app);
  app.require_subcommand(1);
  make.command = tubes.command = volume::command_without_folders(argc, argv);
  add_make(app, make);
  add_compare(app, compare);
  add_tubes(app, tubes);
  add_rois(app, rois, roi_maps);
  cli::parse(app, argc, argv);
  return base::exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return base::run_main("crbrt-phantom", run, argc, argv); }
