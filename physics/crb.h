// SPDX-License-Identifier: Apache-2.0
/// The Cramér-Rao bound that a real-valued estimator obeys (docs/physics.md Eq. 9 to 13).
///
/// Unknowns are real: Re M0, Im M0 and the tissue parameters that are not known. With J = [s, i s, M0 ds/dtheta] the Fisher
/// matrix is F = Re(J^H J) / sigma^2, and the bound is diag(F^-1). sigma is the standard deviation of the real and of the
/// imaginary part of each sample. Bounds here are for M0 = sigma = 1; those of tissue parameters scale with (sigma / |M0|)^2.
///
/// One function of the tissue parameters has a bound of its own: h = ||s||, the norm of the signal at M0 = 1, which turns the
/// norm of a measured signal into |M0|. With the tissue block C of F^-1 and the gradient g_p = Re(s^H ds/dtheta_p) / ||s|| its
/// bound is g^T C g, and scales like C. Noise along s changes the norm alone and the rest the tissue parameters alone, so that
/// the bound of Re M0 is (1 + g^T C g) / h^2.
#pragma once

#include <Eigen/Core>
#include <limits>
#include <string>
#include <vector>

#include "physics/unknowns.h"

namespace crbrt::physics {

/// Names of the unknown tissue parameters in the order of a Bounds vector.
inline std::vector<std::string> bound_names(const Unknowns& unknowns) { return unknowns.names(); }

/// What depends on the tissue alone; scales with (sigma / |M0|)^2.
struct TissueBounds {
  Eigen::VectorXd crb;  ///< [n_bound] variances in squared parameter units; infinite where none exists
  double signal_per_m0_crb = std::numeric_limits<double>::infinity();  ///< of ||s|| at M0 = 1; infinite where none exists
};

struct Bounds : TissueBounds {
  double m0_crb_real = 0;  ///< bound of Re M0 at M0 = 1
  double m0_crb_imag = 0;  ///< bound of Im M0 at M0 = 1
  double condition = 0;    ///< condition number of the column-scaled Jacobian; infinite where no bound exists
};

/// signal [n], jacobian [n, n_parameter] of one fingerprint, in the time or the compressed domain.
/// Columns are scaled to unit norm and inverted by a QR decomposition.
Bounds cramer_rao_bound(const Eigen::Ref<const Eigen::VectorXcd>& signal, const Eigen::Ref<const Eigen::MatrixXcd>& jacobian,
                        const Unknowns& unknowns);
/// The same of any simulator: derivatives [n, n_bound] are those of the signal by its unknowns, whatever they are.
Bounds cramer_rao_bound(const Eigen::Ref<const Eigen::VectorXcd>& signal,
                        const Eigen::Ref<const Eigen::MatrixXcd>& derivatives);

/// The same of real columns as real_unknowns() makes them, to which rows may have been added (Gaussians of a prior), without
/// the condition number, which takes longer than all the rest.
Bounds bounds_of_columns(const Eigen::MatrixXd& columns);

/// The unknowns' columns of J as real vectors [2 n, 2 + n_bound], real parts above imaginary parts: s, i s, then the tissue
/// parameters in the order of bound_names(unknowns).
Eigen::MatrixXd real_unknowns(const Eigen::Ref<const Eigen::VectorXcd>& signal,
                              const Eigen::Ref<const Eigen::MatrixXcd>& jacobian, const Unknowns& unknowns);
/// The same of derivatives [n, n_bound] by the unknowns.
Eigen::MatrixXd real_unknowns(const Eigen::Ref<const Eigen::VectorXcd>& signal,
                              const Eigen::Ref<const Eigen::MatrixXcd>& derivatives);

/// F^-1 of real columns, by the QR decomposition of the columns scaled to unit norm; infinite everywhere where it does not
/// exist.
Eigen::MatrixXd inverse_fisher(const Eigen::MatrixXd& columns);

/// A training fingerprint is usable when its norm is at least 1e-6 at M0 = 1 and the condition at most 1e10.
inline constexpr double min_signal_norm = 1e-6;
inline constexpr double max_condition = 1e10;

// A weighted sum of Cramér-Rao bounds and its derivative with respect to the signal and its Jacobian.
//
// With J = [s, i s, ds/dtheta] as real columns, F = J^T J and W = diag(weight): cost = tr(W F^-1), and since
// d F^-1 = -F^-1 dF F^-1, d cost / d J = -2 J F^-1 W F^-1.

struct BoundCost {
  double cost = 0;            ///< infinite where a bound is
  Eigen::VectorXd crb;        ///< [n_bound], as cramer_rao_bound
  Eigen::VectorXcd signal;    ///< [n] d cost / d real part + i d cost / d imaginary part
  Eigen::MatrixXcd jacobian;  ///< [n, n_parameter] likewise
};

/// sum_i weight_i CRB_i with weight [n_bound] in the order of bound_names(unknowns), at M0 = sigma = 1.
BoundCost bound_cost(const Eigen::Ref<const Eigen::VectorXcd>& signal, const Eigen::Ref<const Eigen::MatrixXcd>& jacobian,
                     const Unknowns& unknowns, const Eigen::Ref<const Eigen::VectorXd>& weight);

/// The directions of the efficient estimators: columns w_i = J F^-1 e_i [n, n_bound], complex for the real vectors of real and
/// imaginary parts. w_i is the part of ds/dtheta_i that no other unknown can imitate, over its squared norm; its own norm is
/// sqrt(CRB_i), and a subspace that holds s and w_i keeps the bound. Zero columns where no bound exists.
Eigen::MatrixXcd efficient_directions(const Eigen::Ref<const Eigen::VectorXcd>& signal,
                                      const Eigen::Ref<const Eigen::MatrixXcd>& jacobian, const Unknowns& unknowns);
/// The same of derivatives [n, n_bound] by the unknowns.
Eigen::MatrixXcd efficient_directions(const Eigen::Ref<const Eigen::VectorXcd>& signal,
                                      const Eigen::Ref<const Eigen::MatrixXcd>& derivatives);

}  // namespace crbrt::physics
