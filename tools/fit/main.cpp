// SPDX-License-Identifier: Apache-2.0
// crbrt-fit: parameter maps from a coefficient image by nonlinear least squares, the gold standard of crbrt-map.
#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "base/companion_file.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/progress.h"
#include "base/read_file.h"
#include "base/sha256.h"
#include "base/warnings.h"
#include "physics/basis.h"
#include "tools/cli/command_line.h"
#include "tools/fit/fit_maps.h"
#include "tools/fit/neighbour_pass.h"
#include "tools/fit/partial_fits.h"
#include "tools/fit/problem.h"
#include "tools/fit/start_maps.h"
#include "tools/viewer/map_page.h"
#include "tools/volume/basis_check.h"
#include "tools/volume/blank_parts.h"
#include "tools/volume/fit_input.h"
#include "tools/volume/maps_out.h"
#include "tools/volume/run_plan.h"
#include "tools/volume/voxel_draw.h"
#include "tools/volume/voxel_neighbours.h"

namespace {

using namespace crbrt;

volume::RunRecord run_record(const fit::Options& options, const fit::Problem& problem, volume::BasisCheck check,
                             std::vector<std::string> sources, std::string command) {
  const physics::FitSettings& settings = problem.settings;
  base::Json estimator;
  estimator["Estimator"] = settings.map_prior ? "maximum a posteriori" : "nonlinear least squares";
  estimator["EstimationAlgorithm"] = std::string(settings.map_prior ? "maximum a posteriori" : "nonlinear least squares") +
                                     ", variable projection, damped Gauss-Newton in a box, " +
                                     (options.start_maps.empty() ? "best of several starts" : "started from maps") +
                                     (options.neighbours ? ", and from neighbours that ended in another minimum" : "");
  estimator["EstimationReference"] = "https://doi.org/10.1002/mrm.29071";  // [generalised-bloch], the signal model
  estimator["Precision"] = "f64";
  estimator["SequenceName"] = problem.sequence.name;
  estimator["SequenceSHA256"] = physics::sha256_of(problem.sequence);
  estimator["BasisSHA256"] = physics::sha256_of(problem.basis);
  estimator["BasisVerified"] = volume::to_json(check);
  estimator["PriorName"] = problem.prior.name;
  estimator["T1Model"] = physics::name(settings.t1_model);
  estimator["Starts"] = settings.n_start;
  estimator["Seed"] = settings.seed;
  estimator["Neighbours"] = options.neighbours;
  estimator["Sigma"] = settings.sigma ? base::Json(*settings.sigma) : base::Json("from the residual");
  for (const std::string& file : {options.sequence, options.basis, options.prior, options.start_maps})
    if (!file.empty()) sources.push_back(file);
  return {"crbrt-fit", std::move(command), std::move(sources), std::move(estimator)};
}

/// Of everything that the fit of a voxel depends on. Threads are not among it.
std::string identity_of(const fit::Options& options, const fit::Problem& problem, const std::vector<std::size_t>& voxels,
                        const Eigen::MatrixXcd& coefficients, const std::vector<physics::Tissue>& starts) {
  const physics::FitSettings& s = problem.settings;
  const base::Json settings{{"program", cli::version()},
                            {"sequence", physics::sha256_of(problem.sequence)},
                            {"basis", physics::sha256_of(problem.basis)},
                            {"prior", options.prior.empty() ? problem.prior.name : base::read_file(options.prior, "a prior")},
                            {"t1_model", physics::name(s.t1_model)},
                            {"map_prior", s.map_prior},
                            {"neighbours", options.neighbours},
                            {"wanted", options.wanted},
                            {"starts", s.n_start},
                            {"screened", s.n_screened},
                            {"seed", s.seed},
                            {"sigma", s.sigma ? base::Json(*s.sigma) : base::Json()},
                            {"iterations", s.max_iterations}};
  const std::string text = settings.dump();
  base::Sha256 hash;
  hash.add(text.data(), text.size());
  hash.add(voxels.data(), voxels.size() * sizeof voxels[0]);
  for (const physics::Tissue& start : starts) {
    const auto values = start.values();
    hash.add(values.data(), sizeof values);
  }
  hash.add(coefficients.data(), static_cast<std::size_t>(coefficients.size()) * sizeof(std::complex<double>));
  return base::hex(hash.digest());
}

fit::FitStats fit_stats(const std::vector<physics::VoxelFit>& fits, std::size_t n_start,
                        const physics::ExpectedResidual& expected, const std::optional<fit::NeighbourPass>& pass) {
  fit::FitStats stats{.expected = expected};
  for (std::size_t v = 0; v < fits.size(); ++v) {
    stats.simulations += fits[v].n_simulated;
    if (fits[v].n_agree == n_start && !(pass && pass->changed[v])) ++stats.single_minimum;
  }
  if (pass) {
    const auto count = [](const std::vector<bool>& voxels) {
      return static_cast<std::uint64_t>(std::count(voxels.begin(), voxels.end(), true));
    };
    stats.tried_neighbours = count(pass->tried);
    stats.changed_by_neighbours = count(pass->changed);
  }
  return stats;
}

volume::RunPlan plan_of(const fit::Options& options, const fit::Problem& problem, const volume::ImageInputs& inputs,
                        std::size_t n_voxel, const base::Warnings& warnings) {
  const physics::FitSettings& settings = problem.settings;
  volume::RunPlan plan =
      volume::plan_of(options.image, inputs, n_voxel, fit::map_names(problem.unknowns(), options.image.times()), warnings);
  plan.reads.push_back(options.sequence + ": sequence " + problem.sequence.name);
  plan.reads.push_back(options.basis + ": the basis, " + std::to_string(problem.basis.cols()) + " columns");
  plan.assumes.push_back("prior " + problem.prior.name + ", " + std::string(physics::name(settings.t1_model)) + " T1, " +
                         (options.start_maps.empty() ? std::to_string(settings.n_start) + " starts a voxel"
                                                     : "started from " + options.start_maps));
  if (options.neighbours) plan.assumes.emplace_back("voxels that differ from a neighbour start from there, too");
  if (!settings.sigma) plan.assumes.emplace_back("noise: from the residual of each voxel");
  return plan;
}

int run(int argc, char** argv) {
  const volume::StopWatch total;
  const auto options = fit::parse_options(argc, argv);
  if (!options) return base::exit_ok;
  base::Warnings warnings("crbrt-fit");
  fit::Problem problem = fit::read_problem(*options, warnings);

  const volume::StopWatch reading;
  const auto image = volume::open_coefficients(options->image, static_cast<std::size_t>(problem.basis.cols()));
  fit::fit_basis_to(image.n_coeff(), *options, problem, warnings);
  const auto n_coeff = static_cast<std::size_t>(problem.basis.cols());
  const auto inputs = volume::inputs_of(options->image, image, n_coeff, "basis " + options->basis, warnings);
  base::CompanionFile stats_file(options->image.stats);
  viewer::MapPage page(options->image, inputs.grid);
  const auto check = volume::check_basis({physics::identity_of(problem.basis), n_coeff, "--basis " + options->basis}, "",
                                         inputs.image.files(), warnings);
  const std::vector<std::size_t> listed = inputs.voxels.indices();
  const auto voxels = options->n_voxel == 0 ? listed : volume::draw_voxels(listed, options->n_voxel, problem.settings.seed);
  volume::warn_of_blank_parts(volume::blank_parts(volume::sample_coefficients(inputs.image, voxels), n_coeff),
                              inputs.image.spec().shown, warnings);
  const Eigen::MatrixXcd coefficients = volume::read_coefficients(inputs.image, voxels);
  std::vector<physics::Tissue> starts;
  if (!options->start_maps.empty())
    starts = fit::read_start_maps(options->start_maps, inputs.grid, options->image.grid_check(), voxels, problem.unknowns(),
                                  problem.sequence, problem.basis);
  const volume::VoxelNeighbours neighbours(voxels, inputs.grid.shape);
  if (options->neighbours && !neighbours.any())
    warnings.add("--neighbours changes nothing: no voxel that is fitted has a neighbour in the grid, and a list has none");
  const double read_s = reading.seconds();
  const volume::MapPlace place = volume::place_of(options->image);
  const auto names = fit::map_names(problem.unknowns(), options->image.times());
  if (options->image.dry_run) {
    place.expect_room(names);
    base::print_lines(plan_of(*options, problem, inputs, voxels.size(), warnings).in_words());
    return base::exit_ok;
  }
  volume::expect_no_warnings(options->image, warnings);
  volume::MapFolder folder(place, inputs.grid, voxels,
                           run_record(*options, problem, check, inputs.sources, volume::command_without_folders(argc, argv)),
                           options->image.compression(), options->image.threads, options->image.fill_value());
  place.expect_room(names);  // in the folder, in which what a killed run left has been put right

  const volume::StopWatch fitting;
  physics::Fitter fitter = fit::make_fitter(*options, problem);
  const physics::ExpectedResidual expected =
      volume::expect_residual(fitter, inputs.image, voxels, problem.settings.n_thread, inputs.image.spec().shown, warnings);
  volume::expect_no_warnings(options->image, warnings);
  const fit::PartialFits kept(options->image.out, identity_of(*options, problem, voxels, coefficients, starts), options->resume,
                              warnings);
  std::vector<physics::VoxelFit> fits;
  {
    base::Progress progress("fitting", voxels.size());
    fits = fit::fit_in_parts(fitter, coefficients, starts, kept, [&](std::size_t n) { progress.advance(n); });
  }
  std::optional<fit::NeighbourPass> pass;
  if (options->neighbours) pass = fit::fit_from_neighbours(fitter, coefficients, neighbours, kept, fits);
  const double kernel_s = fitting.seconds();

  const volume::StopWatch writing;
  const std::size_t n_grid = volume::n_voxel(inputs.grid.shape);
  const fit::FitMaps maps{.voxels = voxels,
                          .fits = fits,
                          .range = fitter.range(),
                          .times = options->image.times(),
                          .fill = options->image.fill_value()};
  if (const std::string why = fit::why_bounds_decide(maps); !why.empty())
    warnings.add((options->prior.empty() ? "prior " + problem.prior.name : options->prior) + ": " + why);
  volume::expect_no_warnings(options->image, warnings);
  fit::write_maps(folder, maps);
  folder.flush();
  const volume::RunStats stats{.voxels = voxels.size(),
                               .threads = options->image.threads,
                               .isa = "",
                               .precision = "f64",
                               .model = "nlls",
                               .macs_per_voxel = std::nullopt,
                               .read_s = read_s,
                               .kernel_s = kernel_s,
                               .write_s = writing.seconds(),
                               .total_s = total.seconds(),
                               .peak_rss_bytes = volume::peak_rss_bytes(),
                               .status = fit::count_status(fits, n_grid),
                               .warnings = warnings.texts()};
  const fit::FitStats numbers = fit_stats(fits, problem.settings.n_start, expected, pass);
  folder.stage(stats_file, fit::to_json(stats, numbers).dump(2) + "\n");
  page.stage(folder);
  folder.commit();
  stats_file.commit();
  page.commit();
  kept.remove();
  volume::print_summary(options->image, stats, "fitting");
  if (pass)
    std::printf("neighbours: %llu voxels started from them, too, and %llu ended lower\n",
                static_cast<unsigned long long>(*numbers.tried_neighbours),
                static_cast<unsigned long long>(*numbers.changed_by_neighbours));
  return base::exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return base::run_main("crbrt-fit", run, argc, argv); }
