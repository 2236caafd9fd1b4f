// SPDX-License-Identifier: Apache-2.0
// Points go through the adjoint in groups of lanes; the threads share the groups.
#include "tools/design/train_cost.h"

#include <algorithm>

#include "base/parallel.h"
#include "physics/crb.h"

namespace crbrt::design {
namespace {

constexpr auto n_parameter = static_cast<Eigen::Index>(physics::n_parameter);
constexpr auto model = physics::T1Model::apparent;

/// Bounds of one point in both domains; seeds receive the slopes of the mixture.
struct PointBounds {
  physics::BoundCost time, compressed;
};
PointBounds bounds_of(const Eigen::VectorXcd& signal, const Eigen::MatrixXcd& jacobian, const Eigen::MatrixXd& basis,
                      const Eigen::VectorXd& weight) {
  PointBounds b{physics::bound_cost(signal, jacobian, model, weight), {}};
  b.compressed =
      basis.cols() == 0 ? b.time : physics::bound_cost(basis.transpose() * signal, basis.transpose() * jacobian, model, weight);
  return b;
}

}  // namespace

struct TrainCost::Group {
  std::vector<physics::BoundCost> time, compressed;  // bounds and costs alone
  physics::PulseSlopes slopes;
};

TrainCost::TrainCost(const Problem& problem, unsigned threads)
    : problem_(problem),
      threads_(threads),
      tables_({problem.limits.alpha_max_rad, problem.limits.trf_min_s, problem.limits.trf_max_s, 500e-6}, problem.domain()) {}

TrainCost::Group TrainCost::run_group(const physics::Sequence& sequence, const Eigen::MatrixXd& basis, bool with_slopes,
                                      std::size_t first) const {
  const std::size_t n_field = problem_.fields.size();
  const std::size_t last = std::min(first + physics::AdjointCycle::group_size, problem_.tissues.size() * n_field);
  std::vector<physics::Tissue> tissues;
  for (std::size_t i = first; i < last; ++i) tissues.push_back(problem_.point(i / n_field, i % n_field));
  physics::AdjointCycle cycle(tables_, sequence.cycles.front(), sequence.tr_s, tissues);
  physics::Signals signals, jacobian;
  cycle.forward(signals, jacobian);
  physics::Signals signal_seeds(signals.rows(), signals.cols()), jacobian_seeds(jacobian.rows(), jacobian.cols());
  const double share = problem_.compression.share;
  Group group;
  for (std::size_t i = first; i < last; ++i) {
    const auto t = static_cast<Eigen::Index>(i - first);
    PointBounds b = bounds_of(signals.col(t), jacobian.middleCols(t * n_parameter, n_parameter), basis,
                              problem_.bound_weights(i / n_field, i % n_field));
    if (with_slopes && basis.cols() > 0) {
      signal_seeds.col(t) = (1 - share) * b.time.signal + share * (basis * b.compressed.signal);
      jacobian_seeds.middleCols(t * n_parameter, n_parameter) =
          (1 - share) * b.time.jacobian + share * (basis * b.compressed.jacobian);
    } else if (with_slopes) {
      signal_seeds.col(t) = b.time.signal;
      jacobian_seeds.middleCols(t * n_parameter, n_parameter) = b.time.jacobian;
    }
    group.time.push_back({b.time.cost, std::move(b.time.crb), {}, {}});
    group.compressed.push_back({b.compressed.cost, std::move(b.compressed.crb), {}, {}});
  }
  if (with_slopes) group.slopes = cycle.backward(signal_seeds, jacobian_seeds);
  return group;
}

TrainResult TrainCost::evaluate(const physics::Sequence& sequence, const Eigen::MatrixXd& basis, bool with_slopes) const {
  constexpr std::size_t group_size = physics::AdjointCycle::group_size;
  const std::size_t n_field = problem_.fields.size(), n_point = problem_.tissues.size() * n_field;
  std::vector<Group> groups((n_point + group_size - 1) / group_size);
  base::for_each_index(groups.size(), threads_,
                       [&](unsigned, std::size_t g) { groups[g] = run_group(sequence, basis, with_slopes, g * group_size); });
  TrainResult result;
  result.time.relative.resize(problem_.tissues.size());
  result.compressed.relative.resize(problem_.tissues.size());
  const auto add = [&](DomainCost& domain, std::size_t i, const physics::BoundCost& bound) {
    domain.cost += bound.cost;
    const PerQuantity relative = problem_.relative(i / n_field, i % n_field, bound.crb);
    for (std::size_t q = 0; q < n_quantity; ++q) domain.relative[i / n_field][q] += relative[q] / static_cast<double>(n_field);
  };
  for (std::size_t i = 0; i < n_point; ++i) {
    add(result.time, i, groups[i / group_size].time[i % group_size]);
    add(result.compressed, i, groups[i / group_size].compressed[i % group_size]);
  }
  const double share = problem_.compression.share;
  result.cost = basis.cols() == 0 ? result.time.cost : (1 - share) * result.time.cost + share * result.compressed.cost;
  if (!with_slopes) return result;
  result.slopes = groups.front().slopes;
  for (std::size_t g = 1; g < groups.size(); ++g) {
    result.slopes.alpha += groups[g].slopes.alpha;
    result.slopes.trf += groups[g].slopes.trf;
  }
  return result;
}

Eigen::MatrixXd TrainCost::basis_of(const physics::Sequence& sequence, subspace::BasisKind kind, std::uint64_t n_draw) const {
  const Compression& c = problem_.compression;
  const physics::Simulator simulator(sequence, c.prior.domain());
  return subspace::prior_basis(simulator, c.prior, c.prior.t1_model, 1, n_draw, c.rank, kind, [](std::uint64_t) {});
}

}  // namespace crbrt::design
