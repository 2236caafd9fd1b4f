// The real-valued Fisher matrix inverted by a QR decomposition of the column-scaled Jacobian.
#include "physics/crb.h"

#include <cmath>
#include <limits>

#include <Eigen/Dense>

namespace crbrt::physics {

namespace {

/// g^T W W^T g as a sum of squares: it cannot become negative, and rounding is amplified by the condition number, not its
/// square.
double signal_bound(const Eigen::MatrixXd& columns, const Eigen::MatrixXd& root) {
  if (!root.allFinite()) return std::numeric_limits<double>::infinity();
  const Eigen::Index n_tissue = columns.cols() - 2;
  const Eigen::VectorXd gradient = columns.rightCols(n_tissue).transpose() * columns.col(0).normalized();
  return (root.bottomRows(n_tissue).transpose() * gradient).squaredNorm();
}

}  // namespace

Eigen::MatrixXd real_unknowns(const Eigen::Ref<const Eigen::VectorXcd>& signal,
                              const Eigen::Ref<const Eigen::MatrixXcd>& tissue) {
  const Eigen::Index n = signal.size();
  Eigen::MatrixXd j(2 * n, tissue.cols() + 2);
  j.col(0) << signal.real(), signal.imag();
  j.col(1) << -signal.imag(), signal.real();
  j.topRightCorner(n, tissue.cols()) = tissue.real();
  j.bottomRightCorner(n, tissue.cols()) = tissue.imag();
  return j;
}

Eigen::MatrixXd real_unknowns(const Eigen::Ref<const Eigen::VectorXcd>& signal,
                              const Eigen::Ref<const Eigen::MatrixXcd>& jacobian, const Unknowns& unknowns) {
  return real_unknowns(signal, unknowns.columns(jacobian));
}

Eigen::MatrixXd inverse_fisher_root(const Eigen::MatrixXd& columns, double& condition) {
  const Eigen::Index n_unknown = columns.cols();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Eigen::MatrixXd none = Eigen::MatrixXd::Constant(n_unknown, n_unknown, infinity);
  condition = infinity;
  const Eigen::VectorXd scale = columns.colwise().norm();
  if (!scale.allFinite() || scale.minCoeff() == 0 || columns.rows() < n_unknown) return none;
  const Eigen::MatrixXd scaled = columns * scale.cwiseInverse().asDiagonal();

  // J = Q R: F^-1 = R^-1 R^-T. R also carries J's singular values.
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(scaled);
  const Eigen::MatrixXd r = qr.matrixQR().topRows(n_unknown).triangularView<Eigen::Upper>();
  const Eigen::VectorXd singular = r.jacobiSvd().singularValues();
  if (!(singular[n_unknown - 1] > 0)) return none;
  condition = singular[0] / singular[n_unknown - 1];
  return scale.cwiseInverse().asDiagonal() *
         r.triangularView<Eigen::Upper>().solve(Eigen::MatrixXd::Identity(n_unknown, n_unknown));
}

Eigen::MatrixXd inverse_fisher(const Eigen::MatrixXd& columns, double& condition) {
  const Eigen::MatrixXd root = inverse_fisher_root(columns, condition);
  return root * root.transpose();
}

Bounds cramer_rao_bound(const Eigen::Ref<const Eigen::VectorXcd>& signal, const Eigen::Ref<const Eigen::MatrixXcd>& jacobian,
                        const Unknowns& unknowns) {
  return cramer_rao_bound(signal, unknowns.columns(jacobian));
}

Bounds cramer_rao_bound(const Eigen::Ref<const Eigen::VectorXcd>& signal,
                        const Eigen::Ref<const Eigen::MatrixXcd>& derivatives) {
  return bounds_of_columns(real_unknowns(signal, derivatives));
}

Bounds bounds_of_columns(const Eigen::MatrixXd& columns) {
  Bounds bounds;
  const Eigen::MatrixXd root = inverse_fisher_root(columns, bounds.condition);
  const Eigen::MatrixXd inverse = root * root.transpose();
  const Eigen::VectorXd variance = inverse.diagonal();
  bounds.m0_crb_real = variance[0];
  bounds.m0_crb_imag = variance[1];
  bounds.crb = variance.tail(variance.size() - 2);
  bounds.signal_per_m0_crb = signal_bound(columns, root);
  return bounds;
}

// The closed form of the derivative of a bound.

namespace {

Eigen::VectorXcd as_complex(const Eigen::Ref<const Eigen::VectorXd>& parts) {
  const Eigen::Index n = parts.size() / 2;
  Eigen::VectorXcd z(n);
  z.real() = parts.head(n);
  z.imag() = parts.tail(n);
  return z;
}

}  // namespace

BoundCost bound_cost(const Eigen::Ref<const Eigen::VectorXcd>& signal, const Eigen::Ref<const Eigen::MatrixXcd>& jacobian,
                     const Unknowns& unknowns, const Eigen::Ref<const Eigen::VectorXd>& weight) {
  const Eigen::MatrixXd j = real_unknowns(signal, jacobian, unknowns);
  double condition = 0;
  const Eigen::MatrixXd inverse = inverse_fisher(j, condition);
  BoundCost result;
  result.crb = inverse.diagonal().tail(weight.size());
  result.signal.setZero(signal.size());
  result.jacobian.setZero(jacobian.rows(), jacobian.cols());
  if (!inverse.allFinite()) {
    result.cost = std::numeric_limits<double>::infinity();
    return result;
  }
  result.cost = weight.dot(result.crb);
  const auto of_tissue = inverse.rightCols(weight.size());
  const Eigen::MatrixXd slope = -2 * (j * (of_tissue * weight.asDiagonal() * of_tissue.transpose()));

  // The second column is i s: its adjoint z acts on s as -i z.
  result.signal = as_complex(slope.col(0)) - std::complex<double>(0, 1) * as_complex(slope.col(1));
  Eigen::Index unknown = 2;
  for (const Parameter parameter : unknowns.parameters()) {
    result.jacobian.col(static_cast<Eigen::Index>(parameter)) = as_complex(slope.col(unknown++));
    if (unknowns.t1_model() == T1Model::apparent && parameter == Parameter::r1_free_hz)
      result.jacobian.col(static_cast<Eigen::Index>(Parameter::r1_semi_hz)) =
          result.jacobian.col(static_cast<Eigen::Index>(Parameter::r1_free_hz));
  }
  return result;
}

Eigen::MatrixXcd efficient_directions(const Eigen::Ref<const Eigen::VectorXcd>& signal,
                                      const Eigen::Ref<const Eigen::MatrixXcd>& jacobian, const Unknowns& unknowns) {
  return efficient_directions(signal, unknowns.columns(jacobian));
}

Eigen::MatrixXcd efficient_directions(const Eigen::Ref<const Eigen::VectorXcd>& signal,
                                      const Eigen::Ref<const Eigen::MatrixXcd>& derivatives) {
  const Eigen::MatrixXd j = real_unknowns(signal, derivatives);
  double condition = 0;
  const Eigen::MatrixXd inverse = inverse_fisher(j, condition);
  const Eigen::Index n_bound = j.cols() - 2;
  Eigen::MatrixXcd directions = Eigen::MatrixXcd::Zero(signal.size(), n_bound);
  if (!inverse.allFinite()) return directions;
  const Eigen::MatrixXd w = j * inverse.rightCols(n_bound);
  for (Eigen::Index i = 0; i < n_bound; ++i) directions.col(i) = as_complex(w.col(i));
  return directions;
}

}  // namespace crbrt::physics
