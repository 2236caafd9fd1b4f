// Options of crbrt-fit beyond those it shares with crbrt-map.
#include "tools/fit/options.h"

#include "base/error.h"
#include "tools/cli/command_line.h"

namespace crbrt::fit {
namespace {

using physics::M0Mode;
using physics::T1Model;

void add_fit_options(CLI::App& app, Options& o) {
  app.add_option("--sequence", o.sequence, "pulse sequence: JSON, or MAT v7.3/HDF5 with alpha and TRF (then --tr)")->required();
  app.add_option("--tr", o.tr_s, "repetition time in seconds")->check(CLI::PositiveNumber);
  app.add_option("--basis", o.basis, "basis of the coefficients: M.crbm, FILE.h5[:dataset] or FILE.mat:U")->required();
  app.add_option("--rank", o.rank, "use the leading columns of the basis (default: all)")->check(CLI::PositiveNumber);
  app.add_option(
      "--prior", o.prior,
      "JSON file whose classes give bounds and starting points (default: models/priors/paper.json, of Zhang et al. 2022)");
  app.add_option("--voxels", o.n_voxel, "fit this many voxels, drawn from the mask with --seed (default: all)")
      ->check(CLI::PositiveNumber);
  app.add_option("--starts", o.settings.n_start, "solver runs per voxel from different starting points")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--screened", o.settings.n_screened, "draws from the prior among which starting points are chosen")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--seed", o.settings.seed, "seed of the starting points and of --voxels")->capture_default_str();
  app.add_option("--sigma", o.settings.sigma,
                 "noise of the real and of the imaginary part of a coefficient (default: from each voxel's residual)")
      ->check(CLI::PositiveNumber);
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv) {
  Options o;
  std::string t1, m0 = "eliminated";
  CLI::App app(
      "Fits all tissue parameters and M0 in every voxel of a coefficient image by nonlinear least squares, and writes "
      "maps of the estimates and of their standard deviations.",
      "crbrt-fit");
  cli::add_common_options(app);
  volume::add_image_options(app, o.image);
  add_fit_options(app, o);
  app.add_option("--t1", t1, "one longitudinal relaxation time, or one per pool: apparent, separate (default: the prior's)")
      ->check(CLI::IsMember({"apparent", "separate"}));
  app.add_option("--m0", m0, "complex M0: eliminated from the problem, or fitted as two more unknowns; same minimum")
      ->check(CLI::IsMember({"eliminated", "fitted"}))
      ->capture_default_str();
  if (!cli::parse(app, argc, argv)) return std::nullopt;
  if (!t1.empty()) o.t1_model = t1 == "apparent" ? T1Model::apparent : T1Model::separate;
  o.settings.m0_mode = m0 == "fitted" ? M0Mode::fitted : M0Mode::eliminated;
  o.settings.n_thread = o.image.threads;
  return o;
}

}  // namespace crbrt::fit
