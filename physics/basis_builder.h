// SPDX-License-Identifier: Apache-2.0
/// The low-rank subspace of a sequence: leading left singular vectors of training fingerprints ([paper] Section 2.4).
#pragma once

#include <Eigen/Core>

namespace crbrt::physics {

/// Accumulates sum_t Re(s s^H) over fingerprints and returns its leading eigenvectors: the SVD of the real and imaginary
/// parts side by side. s(-omega0) = conj(s(omega0)), so this is the basis of the omega0-symmetric training set, and real.
class BasisBuilder {
 public:
  explicit BasisBuilder(Eigen::Index n_frame);
  void add(const Eigen::MatrixXcd& signals);  ///< [n_frame, n_fingerprint]
  /// Orthonormal columns [n_frame, rank], strongest first; the sign makes each column's largest entry positive.
  /// Throws std::invalid_argument when rank exceeds what was added.
  Eigen::MatrixXd basis(Eigen::Index rank) const;
  /// Orthonormal columns [n_frame, n] that span next to all of what n dimensions can hold, in no order: for a choice within.
  Eigen::MatrixXd range(Eigen::Index n) const;

 private:
  Eigen::MatrixXd gram_;
  Eigen::Index n_added_ = 0;
};

/// Columns with the sign that makes each one's largest entry positive.
Eigen::MatrixXd with_fixed_signs(Eigen::MatrixXd columns);

}  // namespace crbrt::physics
