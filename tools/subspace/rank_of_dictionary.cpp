// SPDX-License-Identifier: Apache-2.0
// Of somebody else's fingerprints, which nobody can draw more of: some judge, and the others make the bases.
#include <Eigen/Core>
#include <algorithm>
#include <stdexcept>

#include "base/error.h"
#include "physics/bound_factor.h"
#include "physics/counter_random.h"
#include "physics/crb.h"
#include "tools/subspace/rank_search.h"

namespace crbrt::subspace {
namespace {

/// Of the fingerprints with a signal and finite bounds.
struct Parts {
  std::vector<Eigen::Index> makers, judges;
  std::vector<Eigen::VectorXd> bounds;  // of each judge, from all frames
};

Parts parts_of(const DictionaryRankQuestion& q) {
  const double share = std::min(0.2, static_cast<double>(n_judge) / static_cast<double>(q.signals.cols()));
  const std::size_t most_makers = q.kind == BasisKind::crb ? most_draws_of_crb : static_cast<std::size_t>(q.signals.cols());
  Parts parts;
  for (Eigen::Index i = 0; i < q.signals.cols(); ++i) {
    // At random, because a dictionary is often a grid, of which every n-th has the same value of something.
    const bool judges = physics::CounterRandom(1, physics::Stream::share, static_cast<std::uint64_t>(i)).uniform() < share;
    if (!judges && parts.makers.size() >= most_makers) continue;
    const physics::Bounds bounds = physics::cramer_rao_bound(q.signals.col(i), q.derivatives.of(i));
    if (!(q.signals.col(i).norm() >= physics::min_signal_norm && bounds.condition <= physics::max_condition)) continue;
    (judges ? parts.judges : parts.makers).push_back(i);
    if (judges) parts.bounds.push_back(bounds.crb);
  }
  return parts;
}

BasesByRank bases_of(const DictionaryRankQuestion& q, const std::vector<Eigen::Index>& makers, int most) {
  const Eigen::MatrixXcd signals = q.signals(Eigen::all, makers);
  BasesByRank bases;
  if (q.kind == BasisKind::svd) {
    bases.largest = svd_basis(signals, most);
    return bases;
  }
  const auto n = static_cast<Eigen::Index>(q.derivatives.unknowns.size());
  Eigen::MatrixXcd columns(signals.rows(), signals.cols() * n);
  for (std::size_t k = 0; k < makers.size(); ++k)
    columns.middleCols(static_cast<Eigen::Index>(k) * n, n) = q.derivatives.columns.middleCols(makers[k] * n, n);
  bases.of_bounds.emplace(signals, Derivatives{columns, q.derivatives.unknowns, q.derivatives.n_quantity}, most);
  return bases;
}

std::vector<double> factors_of(const DictionaryRankQuestion& q, const Parts& parts, const Eigen::MatrixXd& basis) {
  std::vector<std::vector<double>> ratios(static_cast<std::size_t>(q.derivatives.n_quantity));
  for (std::size_t k = 0; k < parts.judges.size(); ++k) {
    const Eigen::Index i = parts.judges[k];
    const Eigen::VectorXd crb =
        physics::cramer_rao_bound(basis.transpose() * q.signals.col(i), basis.transpose() * q.derivatives.of(i)).crb;
    for (std::size_t j = 0; j < ratios.size(); ++j) {
      const auto at = static_cast<Eigen::Index>(j);
      ratios[j].push_back(physics::bound_factor(parts.bounds[k][at], crb[at]));
    }
  }
  return medians_of(ratios);
}

}  // namespace

RankChoice choose_rank(const DictionaryRankQuestion& q, const std::string& dictionary_file) {
  const Parts parts = parts_of(q);
  RankSearch search;
  search.fewest = fewest_for(q.derivatives.unknowns.size());
  search.most = std::min({most_rank, static_cast<int>(q.signals.rows()), static_cast<int>(parts.makers.size())});
  if (parts.judges.empty() || search.most < search.fewest)
    throw base::DisagreementError(dictionary_file,
                                  "fingerprints with a signal and finite bounds, to make a basis of and to judge it by",
                                  std::to_string(parts.makers.size()) + " and " + std::to_string(parts.judges.size()));
  const BasesByRank bases = bases_of(q, parts.makers, search.most);
  search.factors_of = [&](int rank) { return factors_of(q, parts, bases.of(rank)); };
  search.outputs.assign(q.unknowns.begin(), q.unknowns.begin() + q.derivatives.n_quantity);
  search.tolerated = q.tolerated;
  search.or_most = q.or_most;
  return fewest_enough(search, dictionary_file);
}

}  // namespace crbrt::subspace
