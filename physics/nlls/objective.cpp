// SPDX-License-Identifier: Apache-2.0
// Variable projection by Kaufman's Jacobian, and the terms of a prior.
#include "physics/nlls/objective.h"

#include <cmath>

namespace crbrt::physics {

std::complex<double> best_m0(const Eigen::Ref<const Eigen::VectorXcd>& coefficients,
                             const Eigen::Ref<const Eigen::VectorXcd>& data) {
  const double norm2 = coefficients.squaredNorm();
  return norm2 > 0 ? coefficients.dot(data) / norm2 : std::complex<double>(0);  // dot() conjugates its left side
}

PriorTerms::PriorTerms(const Prior& prior, const FitRange& range) {
  for (std::size_t u = 0; u < range.n_unknown(); ++u) {
    const Marginal& marginal = prior.classes.front().marginal[static_cast<std::size_t>(range.parameter(u))];
    if (marginal.kind == Marginal::Kind::gaussian)
      terms_.push_back({static_cast<Eigen::Index>(u), marginal.mean, marginal.std, range.scale(u), marginal.as_time});
  }
}

void PriorTerms::add(double weight, LocalModel& model) const {
  for (const Term& t : terms_) {
    const double value = model.x[t.unknown] * t.scale;
    const double term = ((t.as_time ? 1 / value : value) - t.mean) / t.std;
    const double slope = (t.as_time ? -1 / (value * value) : 1) * t.scale / t.std;
    model.cost += 0.5 * weight * term * term;
    model.gradient[t.unknown] += weight * term * slope;
    model.curvature(t.unknown, t.unknown) += weight * slope * slope;
  }
}

Vector PriorTerms::slopes(const Tissue& tissue, const FitRange& range) const {
  Vector slopes = Vector::Zero(static_cast<Eigen::Index>(range.n_unknown()));
  for (const Term& t : terms_) {
    const double value = tissue.values()[static_cast<std::size_t>(range.parameter(static_cast<std::size_t>(t.unknown)))];
    slopes[t.unknown] = (t.as_time ? -1 / (value * value) : 1) / t.std;
  }
  return slopes;
}

LocalModel Objective::at(const Vector& x, const Eigen::Ref<const Eigen::VectorXcd>& c,
                         const Eigen::Ref<const Eigen::MatrixXcd>& jacobian) const {
  LocalModel model;
  model.x = x;
  model.m0 = best_m0(c, data_);
  const Eigen::VectorXcd residual = data_ - model.m0 * c;
  model.misfit = model.cost = 0.5 * residual.squaredNorm();
  const double norm2 = c.squaredNorm();
  Eigen::MatrixXcd columns = range_.to_scaled_jacobian(jacobian);
  if (norm2 > 0) columns -= c * ((c.adjoint() * columns) / norm2).eval();
  columns *= -model.m0;
  model.gradient = (columns.adjoint() * residual).real();
  model.curvature = (columns.adjoint() * columns).real();
  if (prior_ != nullptr) prior_->add(sigma2_, model);
  return model;
}

}  // namespace crbrt::physics
