// SPDX-License-Identifier: Apache-2.0
// The fit sees the float coefficients that the model sees, so the two can be compared voxel by voxel.
#include "tools/evaluation/nlls_check.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>

#include "base/error.h"
#include "base/median.h"
#include "base/progress.h"
#include "physics/nlls/fitter.h"
#include "tools/evaluation/fingerprint_noise.h"
#include "tools/evaluation/realise.h"
#include "tools/evaluation/targets.h"

namespace crbrt::evaluation {
namespace {

/// Errors of all voxels: [output][fingerprint * realisations + realisation].
using Errors = std::vector<std::vector<double>>;

struct Voxels {
  std::vector<std::size_t> fingerprints;  ///< that have a bound
  Eigen::MatrixXcd coefficients;          ///< [n_coeff, fingerprints * realisations]
  Errors model_errors;
};

Voxels make_voxels(const Program& program, const physics::Dataset& set, const Targets& targets, const NllsOptions& o) {
  Voxels voxels;
  for (std::size_t f = 0; f < targets.size(); ++f)
    if (targets.usable(f)) voxels.fingerprints.push_back(f);
  const Eigen::Index n_coeff = set.coefficients.rows();
  voxels.coefficients.resize(n_coeff, static_cast<Eigen::Index>(voxels.fingerprints.size() * o.realisations));
  voxels.model_errors.resize(targets.n_output());
  ModelRunner runner(program, o.isa);
  FingerprintNoise noise(set, o.seed);
  Eigen::Index v = 0;
  for (const std::size_t f : voxels.fingerprints) {
    const View2<const float> rows = noise.fixed_snr(f, o.snr, o.realisations);
    runner.run(rows, noise.sigma());
    for (std::size_t n = 0; n < o.realisations; ++n, ++v) {
      const Eigen::Map<const Eigen::VectorXf> row(rows.data + n * rows.columns, 2 * n_coeff);
      voxels.coefficients.col(v).real() = row.head(n_coeff).cast<double>();
      voxels.coefficients.col(v).imag() = row.tail(n_coeff).cast<double>();
      for (std::size_t j = 0; j < targets.n_output(); ++j)
        voxels.model_errors[j].push_back(runner.estimate(n, j) -
                                         targets.truth(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(f)));
    }
  }
  return voxels;
}

NllsErrors summarise(const Errors& errors, const Voxels& voxels, const Targets& targets, const NllsOptions& o) {
  NllsErrors result;
  for (std::size_t j = 0; j < errors.size(); ++j) {
    double bias2 = 0, variance = 0;
    std::vector<double> losses;
    for (std::size_t i = 0; i < voxels.fingerprints.size(); ++i) {
      const double bound =
          targets.bound(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(voxels.fingerprints[i])) / (o.snr * o.snr);
      const std::span<const double> own(&errors[j][i * o.realisations], o.realisations);
      const ErrorSplit split = split_error(own);
      bias2 += split.bias2 / bound;
      variance += split.variance / bound;
      for (const double e : own) losses.push_back(e * e / bound);
    }
    const double n = static_cast<double>(voxels.fingerprints.size());
    result.bias2_over_crb.push_back(bias2 / n);
    result.var_over_crb.push_back(variance / n);
    result.median_loss.push_back(base::upper_median(losses));
  }
  return result;
}

std::vector<physics::VoxelFit> fit(const physics::Dataset& set, const physics::Sequence& sequence, const physics::Prior& prior,
                                   const Eigen::MatrixXcd& coefficients, const NllsOptions& o, const std::string& model_path) {
  const physics::FitSettings settings{
      .t1_model = set.unknowns.t1_model(), .seed = o.seed, .sigma = 1 / set.snr_max, .n_thread = o.threads};
  if (const std::size_t least = physics::least_rank(prior.unknowns(settings.t1_model), settings);
      static_cast<std::size_t>(set.coefficients.rows()) < least)
    throw base::DisagreementError(model_path, "at least " + std::to_string(least) + " coefficients for --nlls",
                                  std::to_string(set.coefficients.rows()));
  const physics::Fitter fitter(sequence, set.basis, prior, settings);
  base::Progress progress("least squares", static_cast<std::uint64_t>(coefficients.cols()));
  return fitter.fit(coefficients, [&](std::size_t) { progress.advance(1); });
}

}  // namespace

NllsResult compare_nlls(const Program& program, const physics::Dataset& dataset, const physics::Sequence& sequence,
                        const physics::Prior& prior, const NllsOptions& options, const std::string& model_path) {
  if (dataset.foreign)
    throw base::DisagreementError(model_path, "a data set of our simulator for --nlls", "fingerprints of another one");
  const Targets targets = targets_of(program, dataset, std::min(options.count, dataset.size()), model_path);
  const Voxels voxels = make_voxels(program, dataset, targets, options);
  if (voxels.fingerprints.empty()) throw base::DisagreementError(model_path, "fingerprints with a bound for --nlls", "none");
  const auto start = std::chrono::steady_clock::now();
  const auto fits = fit(dataset, sequence, prior, voxels.coefficients, options, model_path);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  NllsResult result;
  result.options = options;
  result.n_fingerprint = voxels.fingerprints.size();
  Errors errors(targets.n_output());
  std::vector<physics::Estimand> estimands;
  for (const std::string& name : targets.names) estimands.push_back(*physics::Estimand::from_name(name));
  for (std::size_t v = 0; v < fits.size(); ++v) {
    result.n_not_converged += fits[v].status == physics::FitStatus::not_converged;
    result.n_at_bound += fits[v].status == physics::FitStatus::at_bound;
    const auto f = static_cast<Eigen::Index>(voxels.fingerprints[v / options.realisations]);
    for (std::size_t j = 0; j < targets.n_output(); ++j)
      errors[j].push_back(estimands[j].value(fits[v].tissue, fits[v].signal_norm) -
                          targets.truth(static_cast<Eigen::Index>(j), f));
  }
  result.nlls = summarise(errors, voxels, targets, options);
  result.model = summarise(voxels.model_errors, voxels, targets, options);
  result.seconds_per_voxel = seconds * options.threads / static_cast<double>(fits.size());
  return result;
}

}  // namespace crbrt::evaluation
