// SPDX-License-Identifier: Apache-2.0
/// The least-squares problem of one voxel: data, the box of the unknowns and, for a maximum a posteriori, the Gaussians of the
/// prior, with the complex M0 eliminated.
#pragma once

#include <Eigen/Core>
#include <complex>
#include <optional>
#include <vector>

#include "physics/nlls/box_step.h"
#include "physics/nlls/fit_range.h"

namespace crbrt::physics {

// Eliminated (variable projection): the best M0 for given c is m = c^H d / n with n = c^H c, and r = d - m c. We use Kaufman's
// Jacobian dr = -m (dc - c c^H dc / n): its product is the Schur complement of the full problem [c, i c, m dc] on the tissue
// parameters, so that steps are those of Gauss-Newton on the full problem and covariances follow from the same matrix. As
// c^H r = 0, the gradient Re(dr^H r) = -Re(conj(m) dc^H r) is exact.

/// m = c^H d / c^H c; zero where c is zero.
std::complex<double> best_m0(const Eigen::Ref<const Eigen::VectorXcd>& coefficients,
                             const Eigen::Ref<const Eigen::VectorXcd>& data);

/// The cost at a point and its quadratic model there, in scaled unknowns (FitRange).
struct LocalModel {
  Vector x;
  double cost = 0;    ///< half the squared residual, plus half the squared terms of the prior
  double misfit = 0;  ///< half the squared residual alone
  std::complex<double> m0;
  Vector gradient;
  Square curvature;  ///< Gauss-Newton
};

/// The Gaussians of a prior as terms of a cost in which sigma is 1: (value - mean) / std of each unknown that has one.
class PriorTerms {
 public:
  /// Of the first class of the prior; unknowns with another distribution have no term.
  PriorTerms(const Prior& prior, const FitRange& range);

  /// Adds half the squares of the terms, times weight, and their derivatives.
  void add(double weight, LocalModel& model) const;

  /// d term / d unknown (SI) of every unknown; 0 where it has no term.
  Vector slopes(const Tissue& tissue, const FitRange& range) const;

 private:
  struct Term {
    Eigen::Index unknown;
    double mean, std, scale;
    bool as_time;
  };
  std::vector<Term> terms_;
};

class Objective {
 public:
  /// data [n_coeff] of norm 1; sigma2: variance of the noise of the data's real and imaginary parts, of a meaning only with
  /// prior terms. Both references must outlive this.
  Objective(const FitRange& range, Eigen::VectorXcd data, const PriorTerms* prior, double sigma2)
      : range_(range), data_(std::move(data)), prior_(prior), sigma2_(sigma2) {}

  /// coefficients [n_coeff] and jacobian [n_coeff, n_parameter] of range().to_tissue(x).
  LocalModel at(const Vector& x, const Eigen::Ref<const Eigen::VectorXcd>& coefficients,
                const Eigen::Ref<const Eigen::MatrixXcd>& jacobian) const;

  const FitRange& range() const noexcept { return range_; }
  const Eigen::VectorXcd& data() const noexcept { return data_; }

 private:
  const FitRange& range_;
  Eigen::VectorXcd data_;
  const PriorTerms* prior_;
  double sigma2_;
};

}  // namespace crbrt::physics
