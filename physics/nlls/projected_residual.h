/// The least-squares residual d - M0 c(theta) with the complex M0 eliminated (variable projection) or fitted, and its exact
/// Jacobian. Real vectors stack real parts, then imaginary parts.
///
/// Eliminated: the best M0 for given c is m = c^H d / n with n = c^H c, and r = d - m c. With dc = dc/dtheta (theta real)
///   dm = dc^H d / n - c^H d (dc^H c + c^H dc) / n^2 = (dc^H (d - m c) - m c^H dc) / n = (dc^H r - m c^H dc) / n
///   dr = -m dc - c dm = -m (dc - c c^H dc / n) - c (dc^H r) / n.
/// The first term is Kaufman's approximation; the second, along c, completes the Jacobian. As c^H r = 0 both give the exact
/// gradient Re(r^H dr) = -Re(m r^H dc); we keep both so that central differences confirm every entry.
/// Fitted: M0 = a + ib are two more unknowns, dr/da = -c, dr/db = -i c, dr = -M0 dc.
///
/// The covariance never comes from these matrices but from the full problem [c, i c, M0 dc] (cramer_rao_bound): its Schur
/// complement on theta is Kaufman's product, not that of the exact Jacobian.
#pragma once

#include <Eigen/Core>
#include <complex>

namespace crbrt::physics {

/// m = c^H d / c^H c; zero where c is zero.
std::complex<double> best_m0(const Eigen::VectorXcd& coefficients, const Eigen::VectorXcd& data);

struct ProjectedResidual {
  Eigen::VectorXd residual;  ///< [2 * n_coeff]
  Eigen::MatrixXd jacobian;  ///< [2 * n_coeff, n_unknown], empty when not asked for
};

/// jacobian [n_coeff, n_unknown]: dc/dtheta; empty when no Jacobian is wanted.
ProjectedResidual eliminated_residual(const Eigen::VectorXcd& coefficients, const Eigen::MatrixXcd& jacobian,
                                      const Eigen::VectorXcd& data);

/// Columns: theta, then Re M0, Im M0.
ProjectedResidual fitted_residual(const Eigen::VectorXcd& coefficients, const Eigen::MatrixXcd& jacobian,
                                  const Eigen::VectorXcd& data, std::complex<double> m0);

}  // namespace crbrt::physics
