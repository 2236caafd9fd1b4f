// SPDX-License-Identifier: Apache-2.0
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

namespace {

/// Columns scaled to unit norm: J = Q R, F^-1 = R^-1 R^-T.
class ScaledColumns {
 public:
  explicit ScaledColumns(const Eigen::MatrixXd& columns) : n_(columns.cols()), scale_(columns.colwise().norm()) {
    if (!scale_.allFinite() || scale_.minCoeff() == 0 || columns.rows() < n_) return;
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(columns * scale_.cwiseInverse().asDiagonal());
    r_ = qr.matrixQR().topRows(n_).triangularView<Eigen::Upper>();
  }

  /// W of F^-1 = W W^T; infinite everywhere where F^-1 does not exist.
  Eigen::MatrixXd inverse_root() const {
    if (r_.size() == 0 || !(r_.diagonal().cwiseAbs().minCoeff() > 0))
      return Eigen::MatrixXd::Constant(n_, n_, std::numeric_limits<double>::infinity());
    return scale_.cwiseInverse().asDiagonal() * r_.triangularView<Eigen::Upper>().solve(Eigen::MatrixXd::Identity(n_, n_));
  }

  /// R has J's singular values.
  double condition() const {
    if (r_.size() == 0) return std::numeric_limits<double>::infinity();
    const Eigen::VectorXd singular = r_.jacobiSvd().singularValues();
    return singular[n_ - 1] > 0 ? singular[0] / singular[n_ - 1] : std::numeric_limits<double>::infinity();
  }

 private:
  Eigen::Index n_;
  Eigen::VectorXd scale_;
  Eigen::MatrixXd r_;  ///< empty where a column is zero or not finite, or too few rows are there
};

Bounds bounds_of(const ScaledColumns& scaled, const Eigen::MatrixXd& columns) {
  Bounds bounds;
  const Eigen::MatrixXd root = scaled.inverse_root();
  const Eigen::VectorXd variance = (root * root.transpose()).diagonal();
  bounds.m0_crb_real = variance[0];
  bounds.m0_crb_imag = variance[1];
  bounds.crb = variance.tail(variance.size() - 2);
  bounds.signal_per_m0_crb = signal_bound(columns, root);
  return bounds;
}

}  // namespace

Eigen::MatrixXd inverse_fisher(const Eigen::MatrixXd& columns) {
  const Eigen::MatrixXd root = ScaledColumns(columns).inverse_root();
  return root * root.transpose();
}

Bounds cramer_rao_bound(const Eigen::Ref<const Eigen::VectorXcd>& signal, const Eigen::Ref<const Eigen::MatrixXcd>& jacobian,
                        const Unknowns& unknowns) {
  return cramer_rao_bound(signal, unknowns.columns(jacobian));
}

Bounds cramer_rao_bound(const Eigen::Ref<const Eigen::VectorXcd>& signal,
                        const Eigen::Ref<const Eigen::MatrixXcd>& derivatives) {
  const Eigen::MatrixXd columns = real_unknowns(signal, derivatives);
  const ScaledColumns scaled(columns);
  Bounds bounds = bounds_of(scaled, columns);
  bounds.condition = scaled.condition();
  return bounds;
}

Bounds bounds_of_columns(const Eigen::MatrixXd& columns) { return bounds_of(ScaledColumns(columns), columns); }

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
  const Eigen::MatrixXd inverse = inverse_fisher(j);
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
  const Eigen::MatrixXd inverse = inverse_fisher(j);
  const Eigen::Index n_bound = j.cols() - 2;
  Eigen::MatrixXcd directions = Eigen::MatrixXcd::Zero(signal.size(), n_bound);
  if (!inverse.allFinite()) return directions;
  const Eigen::MatrixXd w = j * inverse.rightCols(n_bound);
  for (Eigen::Index i = 0; i < n_bound; ++i) directions.col(i) = as_complex(w.col(i));
  return directions;
}

}  // namespace crbrt::physics
