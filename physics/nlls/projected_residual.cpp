/// Residual and Jacobian of both treatments of M0 (formulas in the header).
#include "physics/nlls/projected_residual.h"

namespace crbrt::physics {
namespace {

Eigen::VectorXd stacked(const Eigen::VectorXcd& v) {
  Eigen::VectorXd out(2 * v.size());
  out << v.real(), v.imag();
  return out;
}

Eigen::MatrixXd stacked_columns(const Eigen::MatrixXcd& m) {
  Eigen::MatrixXd out(2 * m.rows(), m.cols());
  out << m.real(), m.imag();
  return out;
}

}  // namespace

std::complex<double> best_m0(const Eigen::VectorXcd& coefficients, const Eigen::VectorXcd& data) {
  const double norm2 = coefficients.squaredNorm();
  return norm2 > 0 ? coefficients.dot(data) / norm2 : std::complex<double>(0);  // dot() conjugates its left side
}

ProjectedResidual eliminated_residual(const Eigen::VectorXcd& coefficients, const Eigen::MatrixXcd& jacobian,
                                      const Eigen::VectorXcd& data) {
  const std::complex<double> m0 = best_m0(coefficients, data);
  const Eigen::VectorXcd r = data - m0 * coefficients;
  ProjectedResidual out{stacked(r), {}};
  if (jacobian.cols() == 0) return out;
  const double norm2 = coefficients.squaredNorm();
  if (norm2 <= 0) {  // a vanished signal: no direction helps
    out.jacobian = Eigen::MatrixXd::Zero(2 * jacobian.rows(), jacobian.cols());
    return out;
  }
  const Eigen::RowVectorXcd along = coefficients.adjoint() * jacobian / norm2;    // c^H dc / n
  const Eigen::RowVectorXcd bend = (r.adjoint() * jacobian).conjugate() / norm2;  // dc^H r / n
  out.jacobian = stacked_columns(-m0 * jacobian + coefficients * (m0 * along - bend));
  return out;
}

ProjectedResidual fitted_residual(const Eigen::VectorXcd& coefficients, const Eigen::MatrixXcd& jacobian,
                                  const Eigen::VectorXcd& data, std::complex<double> m0) {
  ProjectedResidual out{stacked(data - m0 * coefficients), {}};
  if (jacobian.cols() == 0) return out;
  Eigen::MatrixXcd full(jacobian.rows(), jacobian.cols() + 2);
  full << -m0 * jacobian, -coefficients, std::complex<double>(0, -1) * coefficients;
  out.jacobian = stacked_columns(full);
  return out;
}

}  // namespace crbrt::physics
