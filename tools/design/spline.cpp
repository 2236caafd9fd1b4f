// B-spline weights, and the least-squares fit.
#include "tools/design/spline.h"

#include <Eigen/Cholesky>
#include <algorithm>

namespace crbrt::design {

SplineWeights spline_weights(std::size_t n_coefficient, double u) {
  const auto last = static_cast<std::ptrdiff_t>(n_coefficient) - 1;
  const double position = u * static_cast<double>(last + 2);
  const auto interval = std::min(static_cast<std::ptrdiff_t>(position), last + 1);
  const double t = position - static_cast<double>(interval), s = 1 - t;
  SplineWeights weights{
      {}, {s * s * s / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * s * s * s - 6 * s * s + 4) / 6, t * t * t / 6}};
  // The end coefficients count three times, so the curve starts and ends on them.
  for (std::ptrdiff_t i = 0; i < 4; ++i)
    weights.index[i] = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(interval + i - 2, 0, last));
  return weights;
}

std::vector<double> fit_spline(const std::vector<double>& values, std::size_t n_coefficient) {
  const auto n = static_cast<Eigen::Index>(n_coefficient);
  Eigen::MatrixXd normal = Eigen::MatrixXd::Zero(n, n);
  Eigen::VectorXd right = Eigen::VectorXd::Zero(n);
  for (std::size_t k = 0; k < values.size(); ++k) {
    const double u = static_cast<double>(k) / static_cast<double>(values.size() - 1);
    const SplineWeights w = spline_weights(n_coefficient, u);
    Eigen::VectorXd row = Eigen::VectorXd::Zero(n);
    w.add_slope(1, {row.data(), n_coefficient});
    normal += row * row.transpose();
    right += values[k] * row;
  }
  normal.diagonal().array() += 1e-9;  // more coefficients than values leave some free
  const Eigen::VectorXd x = normal.ldlt().solve(right);
  return {x.begin(), x.end()};
}

}  // namespace crbrt::design
