// SPDX-License-Identifier: Apache-2.0
// Turns: a turn has its own fingerprints and goes through all estimators, so that what disturbs the machine disturbs all alike.
#include "bench/benchmark/comparison.h"

#include <utility>

#include "base/error.h"
#include "base/progress.h"
#include "tools/learned/learned_model.h"

namespace crbrt::bench {

namespace {

physics::Fitter fitter_of(const Problem& problem, physics::FitSettings settings) {
  settings.t1_model = problem.prior.t1_model;
  settings.sigma = problem.sigma();
  return physics::Fitter(problem.simulator.sequence(), problem.set.basis, problem.prior, settings);
}

physics::Fitter learned_fitter(const Problem& problem, const Models& models, physics::FitSettings settings) {
  settings.t1_model = problem.prior.t1_model;
  settings.sigma = problem.sigma();
  auto model = std::make_shared<learned::LearnedModel>(models.forward, models.forward_path);
  if (model->unknowns() != problem.set.unknowns || model->n_coeff() != problem.set.coefficients.rows())
    throw base::DisagreementError(models.forward_path, "a forward part with the prior's unknowns and the rank of brain_v2",
                                  "another one");
  return physics::Fitter(std::move(model), problem.prior, physics::refining_learned(settings));
}

/// As crbrt-map --refine exact: by way of the model's forward part.
physics::Refiner refiner_of(const Problem& problem, const Models& models, const physics::FitSettings& settings) {
  return physics::Refiner(fitter_of(problem, physics::refining(settings)), learned_fitter(problem, models, settings));
}

}  // namespace

struct Lineup::Fitters {
  physics::Refiner plain, thorough, posterior, refining, refining_map, learned, learned_map;
  Fitters(const Problem& problem, const Models& models)
      : plain(fitter_of(problem, {})),
        thorough(fitter_of(problem, {.n_start = 16})),
        posterior(fitter_of(problem, {.map_prior = true})),
        refining(refiner_of(problem, models, {})),
        refining_map(refiner_of(problem, models, {.map_prior = true})),
        learned(learned_fitter(problem, models, {})),
        learned_map(learned_fitter(problem, models, {.map_prior = true})) {}
};

void add_network(std::vector<Row>& rows, const std::string& name, const Model& model,
                 const std::vector<physics::Estimand>& outputs) {
  rows.push_back(
      {name + "_f32", "network " + name + " in float, estimates alone", network_estimator(model.program(), outputs)});
  if (const Program* const integers = model.integer_program(); integers != nullptr)
    rows.push_back({name + "_" + model.info().integers.precision,
                    "network " + name + " in integers (" + model.info().integers.precision + "), estimates alone",
                    network_estimator(*integers, outputs)});
}

Lineup::Lineup(const Problem& problem, const Models& models, const Dictionary& of_3, const Dictionary& of_4)
    : fitters_(std::make_unique<Fitters>(problem, models)) {
  const Fitters& fitters = *fitters_;
  const std::vector<physics::Estimand>& outputs = problem.estimands;
  const Program* const start = &models.start.program();
  const std::string estimates = "the estimates of " + models.start.info().name;
  rows.push_back({"nlls_cold", "least squares of all unknowns, four starts, full precision at the end",
                  fit_estimator(outputs, fitters.plain, nullptr)});
  rows.push_back({"nlls_thorough", "the same with 16 starts of 16,384 draws: the gold standard of this page",
                  fit_estimator(outputs, fitters.thorough, nullptr)});
  rows.push_back({"nlls_map", "as nlls_cold, maximum a posteriori with the prior's Gaussians",
                  fit_estimator(outputs, fitters.posterior, nullptr)});
  rows.push_back({"nlls_warm", "least squares from " + estimates + ", full precision at the end",
                  fit_estimator(outputs, fitters.plain, start)});
  rows.push_back({"refine_exact", "at most five steps from " + estimates + ", in single precision, by way of its forward part",
                  fit_estimator(outputs, fitters.refining, start)});
  rows.push_back({"refine_map", "as refine_exact, to a maximum a posteriori with the prior's Gaussians",
                  fit_estimator(outputs, fitters.refining_map, start)});
  rows.push_back({"refine_learned", "as refine_exact, with a learned forward model in place of the physics",
                  fit_estimator(outputs, fitters.learned, start)});
  rows.push_back({"refine_learned_map", "as refine_map, with a learned forward model in place of the physics",
                  fit_estimator(outputs, fitters.learned_map, start)});
  rows.push_back({"dictionary_3", "dictionary over m0s, T1, T2f with " + std::to_string(of_3.size()) + " entries",
                  dictionary_estimator(outputs, of_3)});
  rows.push_back({"dictionary_4", "dictionary over m0s, T1, T2f, omega0 with " + std::to_string(of_4.size()) + " entries",
                  dictionary_estimator(outputs, of_4)});
  add_network(rows, "brain_v2", models.small, outputs);
  add_network(rows, "brain_v2_full", models.full, outputs);
}

Lineup::~Lineup() = default;

void take_turns(const Problem& problem, const BenchmarkOptions& options, std::vector<Row>& rows) {
  base::Progress progress("turns", options.turns * benchmark_snrs.size() * rows.size());
  const auto n_column = static_cast<Eigen::Index>(problem.set.size() * options.realisations);
  for (std::size_t turn = 0; turn < options.turns; ++turn)
    for (const double snr : benchmark_snrs) {
      const Voxels voxels = noisy_voxels(problem, snr, turn, options.turns, options.realisations, options.seed);
      for (Row& row : rows) {
        const Estimator::Answer answer = row.estimator->estimate(voxels);
        row.us[snr].push_back(answer.us_per_voxel);
        Eigen::ArrayXXd& values = row.values[snr];
        if (values.size() == 0) values.resize(answer.values.rows(), n_column);
        for (std::size_t v = 0; v < voxels.size(); ++v)
          values.col(static_cast<Eigen::Index>(voxels.fingerprints[v] * options.realisations + v % options.realisations)) =
              answer.values.col(static_cast<Eigen::Index>(v));
        progress.advance(1);
      }
    }
}

}  // namespace crbrt::bench
