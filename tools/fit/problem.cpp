// SPDX-License-Identifier: Apache-2.0
// Options beyond those that crbrt-map has too, and what they lead to.
#include "tools/fit/problem.h"

#include <stdexcept>

#include "base/error.h"
#include "physics/io/sequence_io.h"
#include "physics/nlls/fit_range.h"
#include "physics/quantity.h"
#include "tools/cli/command_line.h"
#include "tools/volume/named_basis.h"

namespace crbrt::fit {
namespace {

using physics::T1Model;

void add_fit_options(cli::Command& app, Options& o) {
  app.option("--sequence FILE", o.sequence, "pulse sequence: JSON, or MAT v7.3/HDF5 with alpha and TRF (then --tr)").required();
  app.option("--tr SECONDS", o.tr_s, "repetition time in seconds").positive();
  app.option("--basis FILE", o.basis,
             "basis of the coefficients: M.crbm, or an array [frames, coefficients] in a file of any format of --input")
      .required();
  app.option("--rank N", o.rank, "use the leading columns of the basis (default: as many as the input has coefficients)")
      .positive();
  app.option(
      "--prior FILE", o.prior,
      "JSON file whose classes give bounds and starting points (default: models/priors/paper.json, of Zhang et al. 2022)");
  app.option("--voxels N", o.n_voxel, "fit this many voxels, drawn from the mask with --seed (default: all)").positive();
  app.option("--starts N", o.settings.n_start, "solver runs per voxel from different starting points")
      .in_range(1, 100)
      .show_default();
  app.option("--screened N", o.settings.n_screened, "draws from the prior among which starting points are chosen")
      .in_range(1, 1000000)
      .show_default();
  app.option("--seed N", o.settings.seed, "seed of the starting points and of --voxels").show_default();
  app.option("--start-maps FOLDER", o.start_maps,
             "start from these maps, as crbrt-map writes them, instead of from draws; what they lack is drawn");
  app.flag("--neighbours", o.neighbours,
           "once all voxels are fitted, start those that differ from a neighbour in off-resonance or B1 from there, too; the "
           "lower residual wins");
  app.option("--wanted NAMES", o.wanted,
             "quantities that matter: only where a bound of the prior decides one of them is the status at_bound (default: "
             "m0_semi_frac, T1 and t2_free_s)")
      .separated_by(',');
  app.option("--sigma NOISE", o.settings.sigma,
             "noise of the real and of the imaginary part of a coefficient (default: from each voxel's residual)")
      .positive();
}

std::vector<physics::Parameter> parameters_of(const std::vector<std::string>& names) {
  cli::expect_different("--wanted", names);
  std::vector<physics::Parameter> parameters;
  for (const std::string& name : names) {
    const physics::Quantity* const quantity = physics::find_quantity(name);
    if (quantity == nullptr || !quantity->gives_parameter())
      throw base::UsageError("--wanted: expected quantities of docs/quantities.md that a fit estimates, found " + name);
    parameters.push_back(quantity->parameter);
  }
  return parameters;
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv) {
  Options o;
  std::string t1;
  cli::CommandLine app(
      "Fits all tissue parameters and M0 in every voxel of a coefficient image by nonlinear least squares, and writes "
      "maps of the estimates and of their standard deviations.",
      "crbrt-fit",
      {{{"A fit of 300 voxels of a mask",
         "crbrt-fit --sequence protocol.json --basis basis.h5 --input brain.nii --mask mask.nii --voxels 300 --out fits"},
        {"All voxels of a slice from the maps of a model, with the noise known",
         "crbrt-fit --sequence protocol.json --basis basis.h5 --input slice.nii --start-maps maps --sigma 0.02 --out fits"}}});
  volume::add_image_options(app, o.image);
  add_fit_options(app, o);
  app.option("--t1 T1MODEL", t1, "one longitudinal relaxation time, or one per pool: apparent, separate (default: the prior's)")
      .one_of({"apparent", "separate"});
  app.flag("--map-prior", o.settings.map_prior,
           "maximum a posteriori: the Gaussians of the prior's first class count beside the data (needs --sigma)");
  app.flag("--resume", o.resume, "go on with the fits that a run of the same command left when it was stopped");
  if (!app.parse(argc, argv)) return std::nullopt;
  if (!t1.empty()) o.t1_model = t1 == "apparent" ? T1Model::apparent : T1Model::separate;
  if (o.settings.map_prior && !o.settings.sigma)
    throw base::UsageError("--map-prior needs --sigma: how much the prior counts depends on the noise");
  if (!o.wanted.empty()) o.settings.wanted = parameters_of(o.wanted);
  o.settings.n_thread = o.image.threads;
  return o;
}

namespace {

void expect_range(const std::string& file, const physics::Prior& prior, physics::T1Model model) {
  try {
    const physics::FitRange range(prior, model);
  } catch (const std::invalid_argument& error) {
    throw base::InputError(file, "a prior whose classes give every parameter a range", error.what());
  }
}

void expect_rank(const Options& options, const Problem& problem) {
  const std::size_t least = physics::least_rank(problem.unknowns(), problem.settings);
  if (static_cast<std::size_t>(problem.basis.cols()) >= least) return;
  throw base::DisagreementError(options.basis,
                                "at least " + std::to_string(least) + " columns to fit the " +
                                    std::string(physics::name(problem.settings.t1_model)) + " T1 model",
                                std::to_string(problem.basis.cols()));
}

}  // namespace

Problem read_problem(const Options& options, base::Warnings& warnings) {
  Problem problem;
  problem.settings = options.settings;
  problem.sequence = physics::read_sequence(options.sequence, options.tr_s);
  problem.basis = volume::load_basis(options.basis, options.rank, problem.sequence, warnings);
  problem.prior = options.prior.empty() ? physics::paper_fit_prior(problem.sequence.tr_s)
                                        : physics::read_prior(options.prior, problem.sequence.tr_s);
  problem.settings.t1_model = options.t1_model.value_or(problem.prior.t1_model);
  expect_range(options.prior, problem.prior, problem.settings.t1_model);
  expect_rank(options, problem);
  return problem;
}

void fit_basis_to(std::size_t n_coeff, const Options& options, Problem& problem, base::Warnings& warnings) {
  if (options.rank != 0) return;
  const auto n_column = static_cast<std::size_t>(problem.basis.cols());
  if (n_coeff >= n_column) return;
  problem.basis = problem.basis.leading(static_cast<Eigen::Index>(n_coeff));
  expect_rank(options, problem);
  warnings.add(options.basis + ": its leading " + std::to_string(n_coeff) + " of " + std::to_string(n_column) +
               " columns are taken, as many as " + options.image.input + " has coefficients (--rank " +
               std::to_string(n_coeff) + " says so)");
}

physics::Fitter make_fitter(const Options& options, const Problem& problem) {
  try {
    return physics::Fitter(problem.sequence, problem.basis, problem.prior, problem.settings);
  } catch (const std::domain_error& error) {
    throw base::InputError(options.sequence, "balanced pulses for which the linear semi-solid rate exists", error.what());
  }
}

}  // namespace crbrt::fit
