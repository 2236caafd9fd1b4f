/// A weighted sum of Cramér-Rao bounds and its derivative with respect to the signal and its Jacobian.
///
/// With J = [s, i s, ds/dtheta] as real columns, F = J^T J and W = diag(weight): cost = tr(W F^-1), and since
/// d F^-1 = -F^-1 dF F^-1, d cost / d J = -2 J F^-1 W F^-1.
#pragma once

#include <Eigen/Core>

#include "physics/crb.h"

namespace crbrt::physics {

struct BoundCost {
  double cost = 0;            ///< infinite where a bound is
  Eigen::VectorXd crb;        ///< [n_bound], as cramer_rao_bound
  Eigen::VectorXcd signal;    ///< [n] d cost / d real part + i d cost / d imaginary part
  Eigen::MatrixXcd jacobian;  ///< [n, n_parameter] likewise
};

/// sum_i weight_i CRB_i with weight [n_bound] in the order of bound_names(model), at M0 = sigma = 1.
BoundCost bound_cost(const Eigen::Ref<const Eigen::VectorXcd>& signal, const Eigen::Ref<const Eigen::MatrixXcd>& jacobian,
                     T1Model model, const Eigen::Ref<const Eigen::VectorXd>& weight);

/// The directions of the efficient estimators: columns w_i = J F^-1 e_i [n, n_bound], complex for the real vectors of real and
/// imaginary parts. w_i is the part of ds/dtheta_i that no other unknown can imitate, over its squared norm; its own norm is
/// sqrt(CRB_i), and a subspace that holds s and w_i keeps the bound. Zero columns where no bound exists.
Eigen::MatrixXcd efficient_directions(const Eigen::Ref<const Eigen::VectorXcd>& signal,
                                      const Eigen::Ref<const Eigen::MatrixXcd>& jacobian, T1Model model);

}  // namespace crbrt::physics
