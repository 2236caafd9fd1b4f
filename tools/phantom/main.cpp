// crbrt-phantom: a digital brain with known truth, and how far maps of it are from that truth.
#include "tools/cli/command_line.h"
#include "tools/cli/error.h"
#include "tools/phantom/compare.h"
#include "tools/phantom/make.h"
#include "tools/volume/sidecar.h"

namespace {

using namespace crbrt;

int run(int argc, char** argv) {
  phantom::MakeOptions make;
  phantom::CompareOptions compare;
  CLI::App app("A digital brain: coefficients with noise and the truth behind them, and the comparison of maps with it.",
               "crbrt-phantom");
  cli::add_common_options(app);
  app.require_subcommand(1);
  auto* make_command = app.add_subcommand("make", "coefficients, mask, truth and bounds from a brain image");
  make_command->add_option("--model", make.model, "model that will map it (.crbm): gives basis and outputs")->required();
  make_command->add_option("--sequence", make.sequence, "the model's sequence (.json)")->required();
  make_command->add_option("--image", make.image, "skull-stripped T1-weighted brain (.nii.gz)")->required();
  make_command->add_option("--out", make.out, "folder")->required();
  make_command->add_option("--snr", make.snr, "|M0| / sigma where |M0| is 1")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  make_command->add_option("--fingerprints", make.n_entry, "how many to simulate for all voxels")
      ->check(CLI::Range(1, 10000000))
      ->capture_default_str();
  make_command->add_option("--seed", make.seed)->capture_default_str();
  make_command->add_option("--threads", make.threads)->check(CLI::Range(1, 1024))->capture_default_str();
  auto* compare_command = app.add_subcommand("compare", "errors of maps per tissue, beside the bound");
  compare_command->add_option("--phantom", compare.phantom, "folder of crbrt-phantom make")->required();
  compare_command->add_option("--maps", compare.maps, "folder of crbrt-map")->required();
  compare_command->add_option("--stats", compare.stats, "--stats file of crbrt-map")->required();
  compare_command->add_option("--json", compare.json, "summary")->required();
  compare_command->add_option("--slices", compare.slices, "folder for one slice of every map, as text for gnuplot");
  if (!cli::parse(app, argc, argv)) return cli::exit_ok;
  make.command = volume::command_without_folders(argc, argv);
  if (make_command->parsed()) phantom::make_phantom(make);
  if (compare_command->parsed()) phantom::compare(compare);
  return cli::exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return cli::run_main("crbrt-phantom", run, argc, argv); }
