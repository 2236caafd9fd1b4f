// SPDX-License-Identifier: Apache-2.0
// Drawn and simulated here, so that a benchmark needs no file that is not in the repository.
#include "bench/benchmark/problem.h"

#include <cmath>
#include <limits>
#include <utility>

#include "base/error.h"
#include "physics/io/sequence_io.h"
#include "tools/evaluation/fingerprint_noise.h"

namespace crbrt::bench {
namespace {

using physics::Tissue;

/// More than are asked for are drawn: some have no bound.
void fill(physics::Dataset& set, const physics::Simulator& simulator, const physics::Prior& prior, std::size_t n,
          std::uint64_t seed) {
  constexpr std::uint64_t at_once = 64;
  const auto n_bound = static_cast<Eigen::Index>(set.unknowns.size()), size = static_cast<Eigen::Index>(n);
  set.coefficients.resize(set.basis.cols(), size);
  set.crb.resize(n_bound, size);
  set.signal_per_m0_crb = Eigen::VectorXd(size);
  Eigen::Index kept = 0;
  for (std::uint64_t first = 0; kept < size; first += at_once) {
    std::vector<Tissue> tissues;
    for (std::uint64_t i = 0; i < at_once; ++i) tissues.push_back(prior.draw(seed, first + i));
    physics::Signals coefficients, jacobian;
    simulator.simulate_projected(tissues, set.basis, coefficients, jacobian);
    constexpr auto width = static_cast<Eigen::Index>(physics::n_parameter);
    for (Eigen::Index t = 0; t < coefficients.cols() && kept < size; ++t) {
      const physics::Bounds bounds =
          physics::cramer_rao_bound(coefficients.col(t), jacobian.middleCols(t * width, width), set.unknowns);
      const bool is_usable = coefficients.col(t).norm() >= physics::min_signal_norm &&
                             bounds.condition <= physics::max_condition && bounds.crb.allFinite();
      if (!is_usable) continue;
      set.tissues.push_back(tissues[static_cast<std::size_t>(t)]);
      set.coefficients.col(kept) = coefficients.col(t);
      set.crb.col(kept) = bounds.crb;
      (*set.signal_per_m0_crb)[kept] = bounds.signal_per_m0_crb;
      ++kept;
    }
  }
}

Eigen::ArrayXd variance_of_prior(const physics::Prior& prior, const std::vector<physics::Estimand>& estimands) {
  constexpr std::uint64_t n_draw = 4096;
  Eigen::ArrayXXd values(static_cast<Eigen::Index>(estimands.size()), static_cast<Eigen::Index>(n_draw));
  for (std::uint64_t i = 0; i < n_draw; ++i) {
    const Tissue tissue = prior.draw(1, physics::Stream::start, i);
    for (std::size_t j = 0; j < estimands.size(); ++j)
      values(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(i)) = estimands[j].value(tissue, physics::no_signal_norm);
  }
  return (values.colwise() - values.rowwise().mean()).square().rowwise().mean();
}

}  // namespace

const std::vector<std::string>& wanted_outputs() {
  static const std::vector<std::string> names{"m0_semi_frac", "t1_apparent_s", "t2_free_s"};
  return names;
}

std::vector<physics::Estimand> estimands_of(const std::vector<std::string>& names) {
  std::vector<physics::Estimand> estimands;
  for (const std::string& name : names) estimands.push_back(*physics::Estimand::from_name(name));
  return estimands;
}

Eigen::ArrayXXd values_of(const std::vector<physics::Estimand>& estimands, const std::vector<Tissue>& tissues) {
  Eigen::ArrayXXd values(static_cast<Eigen::Index>(estimands.size()), static_cast<Eigen::Index>(tissues.size()));
  for (std::size_t t = 0; t < tissues.size(); ++t)
    for (std::size_t j = 0; j < estimands.size(); ++j)
      values(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(t)) =
          estimands[j].value(tissues[t], physics::no_signal_norm);
  return values;
}

Problem make_problem(const std::string& sequence_path, const std::string& prior_path, const Model& model,
                     const std::string& model_path, std::size_t n, std::uint64_t seed) {
  const physics::Sequence sequence = physics::read_sequence(sequence_path);
  physics::Prior prior = physics::read_prior(prior_path, sequence.tr_s);
  physics::Dataset set;
  set.basis = physics::identity_of_model(model.info()).basis;
  if (set.basis.cols() == 0) throw base::InputError(model_path, "a model that carries its basis", "a hash alone");
  set.unknowns = prior.unknowns(prior.t1_model);
  set.tr_s = sequence.tr_s;
  set.snr_min = prior.snr_min;
  set.snr_max = prior.snr_max;
  physics::Simulator simulator(sequence, prior.domain());
  fill(set, simulator, prior, n, seed);
  evaluation::Targets targets = evaluation::targets_of(wanted_outputs(), set, n, prior_path);
  std::vector<physics::Estimand> estimands = estimands_of(wanted_outputs());
  Eigen::ArrayXd variance = variance_of_prior(prior, estimands);
  return {std::move(simulator), std::move(prior),     std::move(set),
          std::move(targets),   std::move(estimands), std::move(variance)};
}

Voxels noisy_voxels(const Problem& problem, double snr, std::size_t first, std::size_t step, std::size_t n_realisation,
                    std::uint64_t seed) {
  const auto n_coeff = static_cast<std::size_t>(problem.set.coefficients.rows());
  evaluation::FingerprintNoise noise(problem.set, seed);
  Voxels voxels;
  for (std::size_t f = first; f < problem.set.size(); f += step) {
    const View2<const float> rows = noise.fixed_snr(f, snr, n_realisation);
    voxels.rows.insert(voxels.rows.end(), rows.data, rows.data + n_realisation * 2 * n_coeff);
    voxels.fingerprints.insert(voxels.fingerprints.end(), n_realisation, f);
  }
  voxels.coefficients.resize(static_cast<Eigen::Index>(n_coeff), static_cast<Eigen::Index>(voxels.fingerprints.size()));
  for (std::size_t v = 0; v < voxels.size(); ++v)
    for (std::size_t k = 0; k < n_coeff; ++k)
      voxels.coefficients(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(v)) = {
          static_cast<double>(voxels.rows[v * 2 * n_coeff + k]), static_cast<double>(voxels.rows[(v * 2 + 1) * n_coeff + k])};
  return voxels;
}

}  // namespace crbrt::bench
