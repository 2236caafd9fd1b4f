// SPDX-License-Identifier: Apache-2.0
// In small blocks: a Jacobian in the time domain has thousands of rows.
#include "tools/evaluation/basis_loss.h"

#include <algorithm>
#include <span>
#include <stdexcept>

#include "base/median.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "physics/bound_factor.h"
#include "physics/crb.h"
#include "physics/estimand.h"
#include "physics/simulator.h"
#include "tools/evaluation/spread.h"

namespace crbrt::evaluation {
namespace {

constexpr std::size_t block_size = 16;

}  // namespace

std::optional<BasisLoss> basis_loss(const physics::Dataset& dataset, const Targets& targets, const physics::Sequence& sequence,
                                    std::size_t count, unsigned threads) {
  if (dataset.foreign) return std::nullopt;
  if (physics::sha256_of(sequence) != dataset.sequence_sha256)
    throw std::invalid_argument("basis_loss: another sequence than that of the data set");
  std::vector<std::size_t> chosen;
  for (std::size_t f = 0; f < targets.size() && chosen.size() < count; ++f)
    if (targets.usable(f)) chosen.push_back(f);
  std::vector<physics::Tissue> tissues;
  for (const std::size_t f : chosen) tissues.push_back(dataset.tissues[f]);
  BasisLoss result{chosen.size(), static_cast<std::size_t>(dataset.basis.cols()), {}};
  if (tissues.empty()) return result;
  std::vector<physics::Estimand> estimands;
  for (const std::string& name : targets.names) estimands.push_back(*physics::Estimand::from_name(name));
  const physics::Simulator simulator(sequence, physics::TissueDomain::of(tissues));
  const auto n_output = static_cast<Eigen::Index>(targets.n_output());
  Eigen::ArrayXXd factor(n_output, static_cast<Eigen::Index>(tissues.size()));
  base::Progress progress("bounds without compression", tissues.size());
  base::for_each_index((tissues.size() + block_size - 1) / block_size, threads, [&](unsigned, std::size_t block) {
    const std::size_t begin = block * block_size, size = std::min(block_size, tissues.size() - begin);
    physics::Signals signals, jacobian;
    simulator.simulate(std::span(&tissues[begin], size), signals, jacobian);
    for (std::size_t t = 0; t < size; ++t) {
      constexpr auto n_parameter = static_cast<Eigen::Index>(physics::n_parameter);
      const auto column = static_cast<Eigen::Index>(t), target = static_cast<Eigen::Index>(begin + t);
      const physics::Bounds whole = physics::cramer_rao_bound(
          signals.col(column), jacobian.middleCols(column * n_parameter, n_parameter), dataset.unknowns);
      for (Eigen::Index j = 0; j < n_output; ++j) {
        const double before = estimands[static_cast<std::size_t>(j)].bound(tissues[begin + t], whole, dataset.unknowns);
        factor(j, target) = physics::bound_factor(before, targets.bound(j, static_cast<Eigen::Index>(chosen[begin + t])));
      }
    }
    progress.advance(size);
  });
  for (Eigen::Index j = 0; j < n_output; ++j) {
    std::vector<double> sorted(factor.cols());
    Eigen::Map<Eigen::ArrayXd>(sorted.data(), factor.cols()) = factor.row(j).transpose();
    std::sort(sorted.begin(), sorted.end());
    result.outputs.push_back({targets.names[static_cast<std::size_t>(j)], base::median(sorted), quantile(sorted, 0.9)});
  }
  return result;
}

}  // namespace crbrt::evaluation
