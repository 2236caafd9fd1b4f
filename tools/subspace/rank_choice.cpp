// SPDX-License-Identifier: Apache-2.0
// Of a prior's draws. The tissues that judge a basis are none of those that it was made of.
#include "tools/subspace/rank_search.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "physics/bound_factor.h"
#include "physics/crb.h"

namespace crbrt::subspace {
namespace {

/// A fingerprint in all frames, with the bounds of the outputs.
struct Judge {
  physics::Tissue tissue;
  Eigen::VectorXcd signal;
  Eigen::MatrixXcd jacobian;   // [n_frame, n_parameter]
  std::vector<double> bounds;  // of the outputs
};

std::vector<double> bounds_of(const RankQuestion& q, const physics::Tissue& tissue, const physics::Bounds& bounds) {
  std::vector<double> values;
  for (const physics::Estimand& output : q.outputs) values.push_back(output.bound(tissue, bounds, q.unknowns));
  return values;
}

std::vector<Judge> judges_of(const RankQuestion& q) {
  std::vector<physics::Tissue> tissues;
  for (std::uint64_t i = 0; i < n_judge; ++i) tissues.push_back(q.prior.draw(q.seed, physics::Stream::basis, q.count + i));
  physics::Signals signals, jacobian;
  q.simulator.simulate(tissues, signals, jacobian);
  constexpr auto n_parameter = static_cast<Eigen::Index>(physics::n_parameter);
  std::vector<Judge> judges;
  for (Eigen::Index t = 0; t < signals.cols(); ++t) {
    Judge judge{tissues[static_cast<std::size_t>(t)], signals.col(t), jacobian.middleCols(t * n_parameter, n_parameter), {}};
    const physics::Bounds bounds = physics::cramer_rao_bound(judge.signal, judge.jacobian, q.unknowns);
    if (!(judge.signal.norm() >= physics::min_signal_norm && bounds.condition <= physics::max_condition)) continue;
    judge.bounds = bounds_of(q, judge.tissue, bounds);
    judges.push_back(std::move(judge));
  }
  return judges;
}

/// The factor of each output.
std::vector<double> factors_of(const RankQuestion& q, const std::vector<Judge>& judges, const Eigen::MatrixXd& basis) {
  std::vector<std::vector<double>> ratios(q.outputs.size());
  for (const Judge& judge : judges) {
    const physics::Bounds bounds =
        physics::cramer_rao_bound(basis.transpose() * judge.signal, basis.transpose() * judge.jacobian, q.unknowns);
    const std::vector<double> values = bounds_of(q, judge.tissue, bounds);
    for (std::size_t j = 0; j < values.size(); ++j) ratios[j].push_back(physics::bound_factor(judge.bounds[j], values[j]));
  }
  return medians_of(ratios);
}

BasesByRank bases_of(const RankQuestion& q, int most) {
  const auto silent = [](std::uint64_t) {};
  BasesByRank bases;
  if (q.kind == BasisKind::svd)
    bases.largest = prior_basis(q.simulator, q.prior, q.unknowns, q.seed, q.count, most, q.kind, silent);
  else
    bases.of_bounds.emplace(q.simulator, q.prior, q.unknowns, q.seed, std::min<std::uint64_t>(q.count, most_draws_of_crb), most,
                            silent);
  return bases;
}

}  // namespace

RankChoice choose_rank(const RankQuestion& q, const std::string& prior_file) {
  const std::vector<Judge> judges = judges_of(q);
  if (judges.empty())
    throw base::DisagreementError(prior_file, "tissues with a signal and finite bounds",
                                  "none in " + std::to_string(n_judge) + " draws");
  RankSearch search;
  search.fewest = fewest_for(physics::bound_names(q.unknowns).size());
  search.most = std::min({most_rank, static_cast<int>(q.simulator.sequence().n_frame()),
                          static_cast<int>(std::min<std::uint64_t>(q.count, 1000))});
  const BasesByRank bases = bases_of(q, search.most);
  search.factors_of = [&](int rank) { return factors_of(q, judges, bases.of(rank)); };
  for (const physics::Estimand& output : q.outputs) search.outputs.push_back(output.name());
  search.tolerated = q.tolerated;
  search.or_most = q.or_most;
  return fewest_enough(search, prior_file);
}

}  // namespace crbrt::subspace
