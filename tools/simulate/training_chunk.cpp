// SPDX-License-Identifier: Apache-2.0
// Draw, simulate, bound, sort out: one block at a time, several blocks in parallel.
#include "tools/simulate/training_chunk.h"

#include <algorithm>
#include <functional>
#include <numbers>

#include "base/parallel.h"

namespace crbrt::simulate {
namespace {

using physics::n_parameter;

physics::Tissue draw(const TrainingProblem& problem, std::uint64_t i) {
  const std::uint64_t n = problem.off_resonances;
  if (n == 0) return problem.prior.draw(problem.seed, i);
  physics::Tissue tissue = problem.prior.draw(problem.seed, i / n);
  const double part = (static_cast<double>(i % n) + 0.5) / static_cast<double>(n);
  tissue.omega0_rad_s = part * std::numbers::pi / problem.simulator.sequence().tr_s;
  return tissue;
}

std::vector<physics::Tissue> draw_block(const TrainingProblem& problem, std::uint64_t block) {
  std::vector<physics::Tissue> tissues;
  for (std::uint64_t i = block * block_size; i < std::min((block + 1) * block_size, problem.count); ++i)
    tissues.push_back(draw(problem, i));
  return tissues;
}

Fingerprints simulate_block(const TrainingProblem& problem, const physics::Basis& basis, std::uint64_t block) {
  const std::vector<physics::Tissue> tissues = draw_block(problem, block);
  physics::Signals coefficients, jacobian;
  problem.simulator.simulate_projected(tissues, basis, coefficients, jacobian);
  constexpr auto n = static_cast<Eigen::Index>(n_parameter);
  const auto n_bound = static_cast<Eigen::Index>(physics::bound_names(problem.unknowns).size());
  const Eigen::Index n_drawn = coefficients.cols();
  const Eigen::Index n_kept_row = problem.derivatives ? coefficients.rows() * n_bound : 0;
  Fingerprints result{coefficients,
                      Eigen::MatrixXd(n, n_drawn),
                      Eigen::MatrixXd(n_bound, n_drawn),
                      Eigen::VectorXd(n_drawn),
                      Eigen::MatrixXcf(n_kept_row, n_drawn),
                      {}};
  Eigen::Index kept = 0;
  for (Eigen::Index t = 0; t < n_drawn; ++t) {
    const Eigen::MatrixXcd derivatives = problem.unknowns.columns(jacobian.middleCols(t * n, n));
    const physics::Bounds bounds = physics::cramer_rao_bound(coefficients.col(t), derivatives);
    if (!is_usable(coefficients.col(t).norm(), bounds, result.dropped)) continue;
    const std::array<double, n_parameter> values = tissues[static_cast<std::size_t>(t)].values();
    result.coefficients.col(kept) = coefficients.col(t);
    result.parameters.col(kept) = Eigen::Map<const Eigen::VectorXd>(values.data(), n);
    result.crb.col(kept) = bounds.crb;
    result.signal_per_m0_crb[kept] = bounds.signal_per_m0_crb;
    if (problem.derivatives) result.jacobian.col(kept) = derivatives.reshaped().cast<std::complex<float>>();
    ++kept;
  }
  result.coefficients.conservativeResize(Eigen::NoChange, kept);
  result.parameters.conservativeResize(Eigen::NoChange, kept);
  result.crb.conservativeResize(Eigen::NoChange, kept);
  result.signal_per_m0_crb.conservativeResize(kept);
  result.jacobian.conservativeResize(Eigen::NoChange, kept);
  return result;
}

}  // namespace

bool is_usable(double norm, const physics::Bounds& bounds, Dropped& dropped) {
  // Negated comparisons: a NaN is never usable.
  if (!(norm >= physics::min_signal_norm)) return ++dropped.no_signal, false;
  if (!(bounds.condition <= physics::max_condition)) return ++dropped.ill_conditioned, false;
  return bounds.crb.allFinite() ? true : (++dropped.no_bound, false);
}

Dropped& Dropped::operator+=(const Dropped& other) {
  no_signal += other.no_signal;
  ill_conditioned += other.ill_conditioned;
  no_bound += other.no_bound;
  return *this;
}

Fingerprints joined(const std::vector<Fingerprints>& parts) {
  Eigen::Index n = 0;
  for (const Fingerprints& part : parts) n += part.coefficients.cols();
  Fingerprints all;
  if (parts.empty()) return all;
  all.coefficients.resize(parts.front().coefficients.rows(), n);
  all.parameters.resize(parts.front().parameters.rows(), n);
  all.crb.resize(parts.front().crb.rows(), n);
  all.signal_per_m0_crb.resize(n);
  all.jacobian.resize(parts.front().jacobian.rows(), n);
  Eigen::Index at = 0;
  for (const Fingerprints& part : parts) {
    const Eigen::Index n_part = part.coefficients.cols();
    all.coefficients.middleCols(at, n_part) = part.coefficients;
    all.parameters.middleCols(at, n_part) = part.parameters;
    all.crb.middleCols(at, n_part) = part.crb;
    all.signal_per_m0_crb.segment(at, n_part) = part.signal_per_m0_crb;
    all.jacobian.middleCols(at, n_part) = part.jacobian;
    all.dropped += part.dropped;
    at += n_part;
  }
  return all;
}

Fingerprints simulate_blocks(const TrainingProblem& problem, const physics::Basis& basis, std::uint64_t first,
                             std::uint64_t last, unsigned threads, const std::function<void(std::uint64_t)>& advance) {
  std::vector<Fingerprints> blocks(last - first);
  const auto simulate = [&](unsigned, std::size_t i) {
    blocks[i] = simulate_block(problem, basis, first + i);
    advance(static_cast<std::uint64_t>(blocks[i].coefficients.cols()) + blocks[i].dropped.total());
  };
  base::for_each_index(blocks.size(), threads, simulate, 1);
  return joined(blocks);
}

}  // namespace crbrt::simulate
