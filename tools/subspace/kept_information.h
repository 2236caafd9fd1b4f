/// A subspace chosen for the bound that is left in it (after Assländer and Flassbeck, arXiv 2305.00326, whose aim it shares).
///
/// For fingerprint t and quantity i, kept_ti = CRB before compression / CRB after, between 0 and 1. The subspace maximises the
/// weighted mean of kept over pool size, r1 and r2 of all fingerprints. The mean of a quantity that is at most 1 looks at
/// the typical fingerprint: those with next to nothing left to lose do not rule it, as they would rule a mean of bounds.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "physics/crb.h"

namespace crbrt::subspace {

/// A fingerprint in coordinates of a space that holds all that matters of it.
struct ReducedFingerprint {
  Eigen::VectorXcd signal;    ///< [n]
  Eigen::MatrixXcd jacobian;  ///< [n, n_parameter]
  Eigen::VectorXd crb;        ///< [n_bound] before any compression
};

/// Weighted mean of kept, in the span of the orthonormal columns of u [n, rank].
double kept_information(const std::vector<ReducedFingerprint>& fingerprints, physics::T1Model t1_model,
                        const Eigen::MatrixXd& u);

/// The same with its slope: d kept / d u [n, rank].
double kept_information(const std::vector<ReducedFingerprint>& fingerprints, physics::T1Model t1_model,
                        const Eigen::MatrixXd& u, Eigen::MatrixXd& slope);

/// Orthonormal columns [n, rank] of a (local) maximum, by L-BFGS from the span of the orthonormal columns of `start`.
Eigen::MatrixXd most_kept(const std::vector<ReducedFingerprint>& fingerprints, physics::T1Model t1_model,
                          const Eigen::MatrixXd& start);

}  // namespace crbrt::subspace
