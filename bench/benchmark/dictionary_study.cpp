// SPDX-License-Identifier: Apache-2.0
#include "bench/benchmark/dictionary_study.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/median.h"
#include "bench/benchmark/estimator.h"
#include "physics/nlls/fit_range.h"

namespace crbrt::bench {
namespace {

using base::Json;
using physics::Tissue;

constexpr double snr = 50;

/// Fingerprints without noise, and what their matches are held against.
struct Family {
  Eigen::MatrixXcd coefficients;
  Eigen::ArrayXXd truth, bound;  ///< [output, fingerprint], the bound at SNR 50
};

Tissue on_the_grid(const Tissue& drawn, const Tissue& middle, const std::vector<physics::Parameter>& parameters) {
  auto values = middle.values();
  for (const physics::Parameter p : parameters)
    values[static_cast<std::size_t>(p)] = drawn.values()[static_cast<std::size_t>(p)];
  values[static_cast<std::size_t>(physics::Parameter::r1_semi_hz)] = drawn.r1_semi_hz;
  return Tissue::from_values(values);
}

/// The bound is that of the whole problem, all unknowns at once: one yardstick for everything.
Family family_of(const Problem& problem, const std::vector<physics::Parameter>& parameters, std::size_t n, std::uint64_t seed) {
  const Tissue middle = physics::mean_tissue(problem.prior.classes.front(), problem.prior.t1_model);
  std::vector<Tissue> tissues;
  for (std::uint64_t i = 0; i < n; ++i) tissues.push_back(on_the_grid(problem.prior.draw(seed, i), middle, parameters));
  Family family;
  physics::Signals jacobian;
  problem.simulator.simulate_projected(tissues, problem.set.basis, family.coefficients, jacobian);
  family.truth = problem.values(tissues);
  family.bound.resize(family.truth.rows(), family.truth.cols());
  constexpr auto width = static_cast<Eigen::Index>(physics::n_parameter);
  for (Eigen::Index t = 0; t < family.truth.cols(); ++t) {
    const physics::Bounds bounds =
        physics::cramer_rao_bound(family.coefficients.col(t), jacobian.middleCols(t * width, width), problem.set.unknowns);
    for (std::size_t j = 0; j < problem.estimands.size(); ++j)
      family.bound(static_cast<Eigen::Index>(j), t) =
          problem.estimands[j].bound(tissues[static_cast<std::size_t>(t)], bounds, problem.set.unknowns) / (snr * snr);
  }
  return family;
}

Json errors_of(const Problem& problem, const Dictionary& dictionary, const Family& family) {
  std::vector<Tissue> matched;
  for (const std::size_t entry : dictionary.match(family.coefficients)) matched.push_back(dictionary.tissue(entry));
  const Eigen::ArrayXXd estimates = problem.values(matched);
  Json json = Json::object();
  double all = 0;
  for (Eigen::Index j = 0; j < estimates.rows(); ++j) {
    double sum = 0;
    std::vector<double> magnitudes;
    for (Eigen::Index t = 0; t < estimates.cols(); ++t) {
      if (!(family.bound(j, t) < problem.prior_variance[j])) continue;
      const double loss = (estimates(j, t) - family.truth(j, t)) * (estimates(j, t) - family.truth(j, t)) / family.bound(j, t);
      sum += loss;
      magnitudes.push_back(std::sqrt(loss));
    }
    const double mean = sum / static_cast<double>(magnitudes.size());
    all += mean / static_cast<double>(estimates.rows());
    json[problem.targets.names[static_cast<std::size_t>(j)]] =
        Json{{"rms", std::sqrt(mean)}, {"median", base::median(magnitudes)}};
  }
  json["all"] = Json{{"rms", std::sqrt(all)}};
  return json;
}

/// The best of three passes over a thousand voxels.
double match_us(const Dictionary& dictionary, const Eigen::MatrixXcd& coefficients) {
  const Eigen::MatrixXcd many = coefficients.replicate(1, 1 + 1000 / coefficients.cols());
  double best = std::numeric_limits<double>::infinity();
  for (int pass = 0; pass < 3; ++pass) {
    const double begin = processor_s();
    dictionary.match(many);
    best = std::min(best, processor_s() - begin);
  }
  return best * 1e6 / static_cast<double>(many.cols());
}

}  // namespace

DictionaryStudy study_dictionaries(const Problem& problem, const std::vector<physics::Parameter>& parameters,
                                   const std::vector<std::size_t>& points, std::size_t n_fingerprint, std::uint64_t seed) {
  const Family own = family_of(problem, parameters, n_fingerprint, seed);
  const Family whole{problem.set.coefficients, problem.targets.truth, problem.targets.bound / (snr * snr)};
  DictionaryStudy study;
  Json names = Json::array(), grids = Json::array();
  for (const physics::Parameter p : parameters) names.push_back(physics::name(p));
  double us_per_voxel = 0, simulation_s = 0;
  for (const std::size_t n : points) {
    const double begin = processor_s();
    std::vector<Tissue> tissues = grid_tissues(problem.prior, axes_of(problem.prior, parameters, n));
    study.finest = std::make_unique<Dictionary>(problem.simulator, problem.set.basis, std::move(tissues));
    simulation_s = processor_s() - begin;
    us_per_voxel = match_us(*study.finest, whole.coefficients);
    grids.push_back({{"points_per_axis", n},
                     {"entries", study.finest->size()},
                     {"bytes", study.finest->bytes()},
                     {"simulation_s", simulation_s},
                     {"us_per_voxel", us_per_voxel},
                     {"error", errors_of(problem, *study.finest, own)},
                     {"error_of_prior", errors_of(problem, *study.finest, whole)}});
  }
  const auto n_unknown = static_cast<double>(problem.set.unknowns.size());
  const double entries = std::pow(static_cast<double>(points.back()), n_unknown);
  const double ratio = entries / static_cast<double>(study.finest->size());
  study.json = Json{{"parameters", std::move(names)},
                    {"product", Dictionary::product_name()},
                    {"grids", std::move(grids)},
                    {"all_unknowns",
                     {{"unknowns", n_unknown},
                      {"points_per_axis", points.back()},
                      {"entries", entries},
                      {"bytes", ratio * static_cast<double>(study.finest->bytes())},
                      {"simulation_years", ratio * simulation_s / (365.25 * 86400)},
                      {"s_per_voxel", ratio * us_per_voxel * 1e-6}}}};
  return study;
}

}  // namespace crbrt::bench
