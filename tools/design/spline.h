/// Uniform cubic B-splines on [0, 1] that start and end on their first and last coefficients.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <vector>

namespace crbrt::design {

/// value = sum weight[i] coefficients[index[i]]; the weights are not negative and add up to 1.
struct SplineWeights {
  std::size_t index[4];
  double weight[4];

  double value(std::span<const double> coefficients) const {
    double sum = 0;
    for (int i = 0; i < 4; ++i) sum += weight[i] * coefficients[index[i]];
    return sum;
  }
  /// Adds slope * d value / d coefficients.
  void add_slope(double slope, std::span<double> slopes) const {
    for (int i = 0; i < 4; ++i) slopes[index[i]] += weight[i] * slope;
  }
};

SplineWeights spline_weights(std::size_t n_coefficient, double u);

/// The coefficients whose curve through equidistant points of [0, 1] comes closest to `values`.
std::vector<double> fit_spline(const std::vector<double>& values, std::size_t n_coefficient);

}  // namespace crbrt::design
