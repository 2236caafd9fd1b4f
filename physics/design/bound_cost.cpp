// The closed form of the derivative of a bound.
#include "physics/design/bound_cost.h"

#include <limits>

namespace crbrt::physics {
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
                     T1Model model, const Eigen::Ref<const Eigen::VectorXd>& weight) {
  const Eigen::MatrixXd j = real_unknowns(signal, jacobian, model);
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
  constexpr auto r1f = static_cast<Eigen::Index>(Parameter::r1_free_hz), r1s = static_cast<Eigen::Index>(Parameter::r1_semi_hz);
  Eigen::Index unknown = 2;
  for (Eigen::Index p = 0; p < static_cast<Eigen::Index>(n_parameter); ++p) {
    if (model == T1Model::apparent && p == r1s)
      result.jacobian.col(p) = result.jacobian.col(r1f);
    else
      result.jacobian.col(p) = as_complex(slope.col(unknown++));
  }
  return result;
}

Eigen::MatrixXcd efficient_directions(const Eigen::Ref<const Eigen::VectorXcd>& signal,
                                      const Eigen::Ref<const Eigen::MatrixXcd>& jacobian, T1Model model) {
  const Eigen::MatrixXd j = real_unknowns(signal, jacobian, model);
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
