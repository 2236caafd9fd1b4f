/// Evaluation of a voxel's residual for Ceres.
#include "physics/nlls/tissue_cost.h"

#include <cmath>

namespace crbrt::physics {

// Residual and Jacobian of both treatments of M0 (formulas in the header).

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

namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace

TissueCost::TissueCost(const FitRange& range, Lockstep& lockstep, std::size_t worker, const Eigen::VectorXcd& data, M0Mode mode)
    : range_(range), lockstep_(lockstep), worker_(worker), data_(data), mode_(mode) {
  set_num_residuals(static_cast<int>(2 * data.size()));
  mutable_parameter_block_sizes()->push_back(static_cast<int>(range.n_unknown()) + (mode == M0Mode::fitted ? 2 : 0));
}

const Evaluation* TissueCost::evaluation(const Tissue& tissue) const {
  const auto key = tissue.values();
  for (const Cached& cached : cache_)
    if (cached.filled && cached.key == key) return &cached.evaluation;
  newest_ = 1 - newest_;
  Cached& slot = cache_[newest_];
  slot.key = key;
  slot.filled = lockstep_.evaluate(worker_, tissue, slot.evaluation);
  ++n_simulated_;
  return slot.filled ? &slot.evaluation : nullptr;
}

std::complex<double> TissueCost::m0_at(const Tissue& tissue) const {
  const Evaluation* at = evaluation(tissue);
  return at == nullptr ? 0 : best_m0(at->coefficients, data_);
}

Eigen::VectorXd TissueCost::gradient(const Eigen::VectorXd& x) const {
  Eigen::VectorXd residual(num_residuals());
  RowMajor jacobian(num_residuals(), x.size());
  const double* block = x.data();
  double* rows = jacobian.data();
  if (!Evaluate(&block, residual.data(), &rows)) return {};
  return jacobian.transpose() * residual;
}

bool TissueCost::Evaluate(double const* const* parameters, double* residuals, double** jacobians) const {
  const double* x = parameters[0];
  for (int i = 0; i < parameter_block_sizes()[0]; ++i)
    if (!std::isfinite(x[i])) return false;
  const Evaluation* now = evaluation(range_.to_tissue(x));
  if (now == nullptr) return false;
  const bool wants_jacobian = jacobians != nullptr && jacobians[0] != nullptr;
  const Eigen::MatrixXcd jacobian = wants_jacobian ? range_.to_scaled_jacobian(now->jacobian) : Eigen::MatrixXcd();
  ProjectedResidual out;
  if (mode_ == M0Mode::eliminated) {
    out = eliminated_residual(now->coefficients, jacobian, data_);
  } else {
    const std::size_t n = range_.n_unknown();
    out = fitted_residual(now->coefficients, jacobian, data_, {x[n], x[n + 1]});
  }
  Eigen::Map<Eigen::VectorXd>(residuals, num_residuals()) = out.residual;
  if (wants_jacobian) Eigen::Map<RowMajor>(jacobians[0], num_residuals(), parameter_block_sizes()[0]) = out.jacobian;
  return true;
}

}  // namespace crbrt::physics
