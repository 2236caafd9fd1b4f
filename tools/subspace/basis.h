// SPDX-License-Identifier: Apache-2.0
/// Bases of a prior's fingerprints, and the search for the subspace that loses least of the bounds. Those that files hold:
/// tools/volume/named_basis.h.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "physics/prior.h"
#include "physics/simulator.h"

namespace crbrt::subspace {

/// What a subspace keeps as well as its rank allows: the energy of the signals (leading singular vectors, as [paper]), or the
/// bound of pool size, T1 and T2 (their efficient estimators' directions beside the signals).
enum class BasisKind { svd, crb };
std::string_view name(BasisKind kind) noexcept;
std::optional<BasisKind> basis_kind_from_name(std::string_view text) noexcept;

/// [n_frame, rank] orthonormal, from draws 0 .. count - 1 of Stream::basis. `advance` is called with the number of draws of
/// every block. Throws std::invalid_argument when rank exceeds what the draws span.
Eigen::MatrixXd prior_basis(const physics::Simulator& simulator, const physics::Prior& prior, const physics::Unknowns& unknowns,
                            std::uint64_t seed, std::uint64_t count, Eigen::Index rank, BasisKind kind,
                            const std::function<void(std::uint64_t)>& advance);

/// The same from fingerprints of any simulator: signals [n_frame, N] and, for BasisKind::crb, what their bounds need.
struct Derivatives {
  const Eigen::MatrixXcd& columns;     ///< of fingerprint i in columns i * n_unknown ... [n_frame, N * n_unknown]
  std::vector<Eigen::Index> unknowns;  ///< all of them, in the order in which their bounds matter
  Eigen::Index n_quantity;             ///< so many of the first matter

  Eigen::MatrixXcd of(Eigen::Index fingerprint) const;  ///< [n_frame, n_unknown] in that order
};
Eigen::MatrixXd svd_basis(const Eigen::MatrixXcd& signals, Eigen::Index rank);
Eigen::MatrixXd crb_basis(const Eigen::MatrixXcd& signals, const Derivatives& derivatives, Eigen::Index rank);

/// A subspace may be chosen for the bound that is left in it (after [crb-basis] of docs/references.md, whose aim it
/// shares).
///
/// For fingerprint t and quantity q (pool size, r1, r2; of another simulator the outputs that are asked for), r_tq = log(CRB
/// after compression / CRB before). The typical factor of a quantity is f_q = exp(R_q / 2) in sqrt(CRB), with R_q the smoothed
/// median of its r_t: mean_t logistic((r_t - R_q) / h) = 1/2, h = 0.1. The loss is
///     sum_q  tilt f_q + width log(1 + exp((f_q - tolerated) / width))
/// with tolerated = 1.24, width = 0.02 and tilt = 0.1: what a quantity loses beyond the tolerated factor counts in full, what
/// it loses below it counts a tenth. Quantities with room to spare make room for the others, in any train, without weights.
///
/// A fingerprint in coordinates of a space that holds all that matters of it.
struct ReducedFingerprint {
  Eigen::MatrixXd columns;      ///< physics::real_unknowns [2 n, 2 + n_bound]
  Eigen::VectorXd crb;          ///< [n_bound] before any compression
  Eigen::Index n_quantity = 3;  ///< the first bounds, which count: pool size, r1 and r2 of our simulator where none is known
};

/// Bases of kind crb of several ranks from the same fingerprints. of(most) is what prior_basis or crb_basis gives; for a
/// smaller rank the range that the choice is made in is that of `most`, cut to its strongest directions.
class BasesOfBounds {
 public:
  /// As prior_basis, for ranks up to `most`.
  BasesOfBounds(const physics::Simulator& simulator, const physics::Prior& prior, const physics::Unknowns& unknowns,
                std::uint64_t seed, std::uint64_t count, Eigen::Index most, const std::function<void(std::uint64_t)>& advance);

  /// As crb_basis, for ranks up to `most`.
  BasesOfBounds(const Eigen::MatrixXcd& signals, const Derivatives& derivatives, Eigen::Index most);

  /// [n_frame, rank] orthonormal; rank from 1 to `most`.
  Eigen::MatrixXd of(Eigen::Index rank) const;

 private:
  Eigen::MatrixXd wide_;                          // [n_frame, n] orthonormal, a range for rank `most`
  std::vector<ReducedFingerprint> fingerprints_;  // in coordinates of wide_
};

/// f_q [n_quantity] in the span of the orthonormal columns of u [n, rank]. A part of the loss above, which L-BFGS has to follow
/// smoothly: the smoothed median, near but not equal to the median of physics::bound_factor, by which a basis is judged.
Eigen::VectorXd typical_factors(const std::vector<ReducedFingerprint>& fingerprints, const Eigen::MatrixXd& u);

double lost_information(const std::vector<ReducedFingerprint>& fingerprints, const Eigen::MatrixXd& u);

/// The same with its slope: d loss / d u [n, rank].
double lost_information(const std::vector<ReducedFingerprint>& fingerprints, const Eigen::MatrixXd& u, Eigen::MatrixXd& slope);

/// Orthonormal columns [n, rank] of a (local) minimum, by L-BFGS from the span of the orthonormal columns of `start`.
Eigen::MatrixXd least_lost(const std::vector<ReducedFingerprint>& fingerprints, const Eigen::MatrixXd& start);

}  // namespace crbrt::subspace
