// SPDX-License-Identifier: Apache-2.0
// Blocks of draws through the simulator. For the bound: first into a Gram matrix of signals and efficient estimators, whose
// range of several times the rank loses next to nothing; then the choice within.
#include "tools/subspace/basis.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "physics/basis_builder.h"
#include "physics/crb.h"

namespace crbrt::subspace {
namespace {

using physics::Tissue;

constexpr auto n_parameter = static_cast<Eigen::Index>(physics::n_parameter);
constexpr std::uint64_t block_size = 64;
constexpr Eigen::Index range_per_rank = 8;
/// The choice has rank * (range - rank) unknowns, 1,200 for rank 13. From 2,048 fingerprints the factors of others were up to
/// 0.04 above those of its own, from so many 0.003.
constexpr std::size_t max_chosen_from = 4096;

struct Draws {
  const physics::Prior& prior;
  std::uint64_t seed, count;

  /// body(tissues) for block after block.
  template <class Body>
  void for_each_block(const Body& body) const {
    for (std::uint64_t first = 0; first < count; first += block_size) {
      std::vector<Tissue> tissues;
      for (std::uint64_t i = first; i < std::min(first + block_size, count); ++i)
        tissues.push_back(prior.draw(seed, physics::Stream::basis, i));
      body(tissues);
    }
  }
};

Eigen::MatrixXd basis_of_energy(const physics::Simulator& simulator, const Draws& draws, Eigen::Index rank,
                                const std::function<void(std::uint64_t)>& advance) {
  physics::BasisBuilder builder(static_cast<Eigen::Index>(simulator.sequence().n_frame()));
  draws.for_each_block([&](const std::vector<Tissue>& tissues) {
    physics::Signals signals;
    simulator.simulate(tissues, signals);
    builder.add(signals);
    advance(tissues.size());
  });
  return builder.basis(rank);
}

/// What the first pass over the draws leaves: a wide range, and the usable tissues with their bounds.
struct WideRange {
  Eigen::MatrixXd columns;
  std::vector<Tissue> tissues;
  std::vector<Eigen::VectorXd> crb;
};

/// What holds the unit signal of a fingerprint and keeps its bounds.
void add_directions(physics::BasisBuilder& builder, const Eigen::VectorXcd& signal, const Eigen::MatrixXcd& derivatives) {
  Eigen::MatrixXcd directions(signal.size(), 1 + derivatives.cols());
  directions << signal, physics::efficient_directions(signal, derivatives);
  directions.colwise().normalize();
  builder.add(directions);
}

/// A range of several times the rank.
Eigen::MatrixXd wide_columns(const physics::BasisBuilder& builder, Eigen::Index n_frame, Eigen::Index n_usable,
                             Eigen::Index rank) {
  if (rank < 1 || rank > std::min(2 * n_usable, n_frame))
    throw std::invalid_argument("expected a rank between 1 and " + std::to_string(std::min(2 * n_usable, n_frame)) +
                                ", found " + std::to_string(rank));
  return builder.range(std::min(n_frame, range_per_rank * rank));
}

/// Pool size, r1 and r2 come first; what is known of them does not count.
Eigen::Index n_counted(const physics::Unknowns& unknowns) {
  using physics::Parameter;
  Eigen::Index n = 0;
  for (const Parameter parameter : {Parameter::m0_semi_frac, Parameter::r1_free_hz, Parameter::r2_free_hz})
    n += unknowns.has(parameter) ? 1 : 0;
  return n > 0 ? n : static_cast<Eigen::Index>(unknowns.size());
}

WideRange wide_range(const physics::Simulator& simulator, const Draws& draws, const physics::Unknowns& unknowns,
                     Eigen::Index rank, const std::function<void(std::uint64_t)>& advance) {
  WideRange wide;
  const auto n_frame = static_cast<Eigen::Index>(simulator.sequence().n_frame());
  physics::BasisBuilder builder(n_frame);
  draws.for_each_block([&](const std::vector<Tissue>& tissues) {
    physics::Signals signals, jacobian;
    simulator.simulate(tissues, signals, jacobian);
    for (Eigen::Index t = 0; t < signals.cols(); ++t) {
      const auto columns = jacobian.middleCols(t * n_parameter, n_parameter);
      const physics::Bounds bounds = physics::cramer_rao_bound(signals.col(t), columns, unknowns);
      if (!(signals.col(t).norm() >= physics::min_signal_norm && bounds.condition <= physics::max_condition)) continue;
      add_directions(builder, signals.col(t), unknowns.columns(columns));
      wide.tissues.push_back(tissues[static_cast<std::size_t>(t)]);
      wide.crb.push_back(bounds.crb);
    }
    advance(tissues.size());
  });
  wide.columns = wide_columns(builder, n_frame, static_cast<Eigen::Index>(wide.tissues.size()), rank);
  return wide;
}

std::vector<ReducedFingerprint> reduced(const physics::Simulator& simulator, const WideRange& wide,
                                        const physics::Unknowns& unknowns) {
  std::vector<ReducedFingerprint> fingerprints;
  const std::size_t n = std::min(wide.tissues.size(), max_chosen_from);
  for (std::size_t first = 0; first < n; first += block_size) {
    const std::span block(wide.tissues.data() + first, std::min<std::size_t>(block_size, n - first));
    physics::Signals signals, jacobian;
    simulator.simulate_projected(block, wide.columns, signals, jacobian);
    for (std::size_t t = 0; t < block.size(); ++t) {
      const auto at = static_cast<Eigen::Index>(t);
      const auto columns = jacobian.middleCols(at * n_parameter, n_parameter);
      fingerprints.push_back(
          {physics::real_unknowns(signals.col(at), columns, unknowns), wide.crb[first + t], n_counted(unknowns)});
    }
  }
  return fingerprints;
}

/// Leading eigenvectors, strongest first.
Eigen::MatrixXd leading(const Eigen::MatrixXd& gram, Eigen::Index rank) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram);
  return solver.eigenvectors().rowwise().reverse().leftCols(rank);
}

/// Energy of the signals, and of what holds the unit signals and efficient estimators of the quantities that count.
struct Grams {
  Eigen::MatrixXd energy, directions;  // [n, n]
};

Grams grams(const std::vector<ReducedFingerprint>& fingerprints) {
  const Eigen::Index n = fingerprints.front().columns.rows() / 2;
  Grams g{Eigen::MatrixXd::Zero(n, n), Eigen::MatrixXd::Zero(n, n)};
  for (const ReducedFingerprint& f : fingerprints) {
    const auto add = [n](Eigen::MatrixXd& gram, const Eigen::VectorXd& parts) {
      gram += parts.head(n) * parts.head(n).transpose() + parts.tail(n) * parts.tail(n).transpose();
    };
    add(g.energy, f.columns.col(0));
    add(g.directions, f.columns.col(0).normalized());
    const Eigen::MatrixXd w = f.columns * physics::inverse_fisher(f.columns);
    for (Eigen::Index i = 0; i < f.n_quantity && w.allFinite(); ++i) add(g.directions, w.col(2 + i).normalized());
  }
  return g;
}

/// The subspace of the wide columns that loses least of the bounds.
Eigen::MatrixXd chosen_within(const Eigen::MatrixXd& wide, const std::vector<ReducedFingerprint>& fingerprints,
                              Eigen::Index rank) {
  const Grams g = grams(fingerprints);
  const Eigen::MatrixXd u = least_lost(fingerprints, leading(g.directions, rank));
  // Within the subspace the coefficients are those of the strongest signals first, as those of an SVD.
  return physics::with_fixed_signs(wide * (u * leading(u.transpose() * g.energy * u, rank)));
}

/// In coordinates of some of its directions [n, n_direction].
ReducedFingerprint within(const ReducedFingerprint& f, const Eigen::MatrixXd& directions) {
  ReducedFingerprint fewer{Eigen::MatrixXd(2 * directions.cols(), f.columns.cols()), f.crb, f.n_quantity};
  fewer.columns << directions.transpose() * f.columns.topRows(directions.rows()),
      directions.transpose() * f.columns.bottomRows(directions.rows());
  return fewer;
}

}  // namespace

std::string_view name(BasisKind kind) noexcept { return kind == BasisKind::svd ? "svd" : "crb"; }

std::optional<BasisKind> basis_kind_from_name(std::string_view text) noexcept {
  for (BasisKind kind : {BasisKind::svd, BasisKind::crb})
    if (name(kind) == text) return kind;
  return std::nullopt;
}

Eigen::MatrixXd prior_basis(const physics::Simulator& simulator, const physics::Prior& prior, const physics::Unknowns& unknowns,
                            std::uint64_t seed, std::uint64_t count, Eigen::Index rank, BasisKind kind,
                            const std::function<void(std::uint64_t)>& advance) {
  return kind == BasisKind::svd ? basis_of_energy(simulator, Draws{prior, seed, count}, rank, advance)
                                : BasesOfBounds(simulator, prior, unknowns, seed, count, rank, advance).of(rank);
}

BasesOfBounds::BasesOfBounds(const physics::Simulator& simulator, const physics::Prior& prior,
                             const physics::Unknowns& unknowns, std::uint64_t seed, std::uint64_t count, Eigen::Index most,
                             const std::function<void(std::uint64_t)>& advance) {
  WideRange wide = wide_range(simulator, Draws{prior, seed, count}, unknowns, most, advance);
  fingerprints_ = reduced(simulator, wide, unknowns);
  wide_ = std::move(wide.columns);
}

BasesOfBounds::BasesOfBounds(const Eigen::MatrixXcd& signals, const Derivatives& derivatives, Eigen::Index most) {
  physics::BasisBuilder builder(signals.rows());
  std::vector<Eigen::Index> usable;
  std::vector<Eigen::VectorXd> crb;
  for (Eigen::Index i = 0; i < signals.cols(); ++i) {
    const Eigen::MatrixXcd columns = derivatives.of(i);
    const physics::Bounds bounds = physics::cramer_rao_bound(signals.col(i), columns);
    if (!(signals.col(i).norm() >= physics::min_signal_norm && bounds.condition <= physics::max_condition)) continue;
    add_directions(builder, signals.col(i), columns);
    usable.push_back(i);
    crb.push_back(bounds.crb);
  }
  wide_ = wide_columns(builder, signals.rows(), static_cast<Eigen::Index>(usable.size()), most);
  for (std::size_t k = 0; k < std::min(usable.size(), max_chosen_from); ++k) {
    const Eigen::Index i = usable[k];
    fingerprints_.push_back({physics::real_unknowns(wide_.transpose() * signals.col(i), wide_.transpose() * derivatives.of(i)),
                             crb[k], derivatives.n_quantity});
  }
}

Eigen::MatrixXd BasesOfBounds::of(Eigen::Index rank) const {
  const Eigen::Index n = range_per_rank * rank;
  if (n >= wide_.cols()) return chosen_within(wide_, fingerprints_, rank);
  const Eigen::MatrixXd directions = leading(grams(fingerprints_).directions, n);
  std::vector<ReducedFingerprint> fewer;
  for (const ReducedFingerprint& f : fingerprints_) fewer.push_back(within(f, directions));
  return chosen_within(wide_ * directions, fewer, rank);
}

Eigen::MatrixXcd Derivatives::of(Eigen::Index fingerprint) const {
  const auto n = static_cast<Eigen::Index>(unknowns.size());
  return columns.middleCols(fingerprint * n, n)(Eigen::all, unknowns);
}

Eigen::MatrixXd svd_basis(const Eigen::MatrixXcd& signals, Eigen::Index rank) {
  physics::BasisBuilder builder(signals.rows());
  builder.add(signals);
  return builder.basis(rank);
}

Eigen::MatrixXd crb_basis(const Eigen::MatrixXcd& signals, const Derivatives& derivatives, Eigen::Index rank) {
  return BasesOfBounds(signals, derivatives, rank).of(rank);
}

}  // namespace crbrt::subspace
