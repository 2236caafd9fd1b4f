// SPDX-License-Identifier: Apache-2.0
/// The formula behind a pulse train of ours: two smooth curves over the cycle, a few dozen numbers in all.
///
/// Pulse 0 is the inversion: pi in 500 us. For pulse k = 1 .. n-1 and u = (k - 1) / (n - 2):
///   alpha_k = gain * A(u),   trf_k = min((T(u)^8 + (A(u) / w1_max)^8)^(1/8), trf_max)
/// with A = B(u; alpha_rad), T = exp B(u; log trf_s) and B a clamped uniform cubic B-spline. trf_k is a smooth maximum of what
/// the shape asks for and what the peak of B1 allows. B lies in the convex hull of its coefficients, so coefficients within
/// the limits give pulses within the limits. gain = (1 + r^8)^(-1/16), r the energy of A and trf over the budget: a smooth
/// minimum of 1 and of what keeps the RF energy.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "physics/design/adjoint.h"
#include "physics/sequence.h"
#include "tools/design/problem.h"

namespace crbrt::design {

/// Uniform cubic B-splines on [0, 1] that start and end on their first and last coefficients.
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

struct Shape {
  std::string name;
  double tr_s = 3.5e-3;
  std::size_t n_pulse = 1142;
  std::vector<double> alpha_rad;  ///< spline coefficients, at least four
  std::vector<double> trf_s;      ///< the same for durations
};

/// Durations as the formula gives them (for an optimiser), or rounded up to whole microseconds and angles cut to 1e-6 rad (for
/// a scanner, and for text that is exact).
enum class Durations { continuous, whole_microseconds };
physics::Sequence expand(const Shape& shape, const Limits& limits, Durations durations);

/// d cost / d coefficients of a shape.
struct ShapeSlopes {
  std::vector<double> alpha_rad;  ///< per rad
  std::vector<double> log_trf;    ///< per unit of the logarithm of a duration
};

/// From d cost / d pulse of expand(shape, limits, Durations::continuous).
ShapeSlopes slopes_of_shape(const Shape& shape, const Limits& limits, const physics::PulseSlopes& pulses);

/// JSON {"name", "tr_s", "n_pulse", "alpha_rad": [...], "trf_s": [...]}. Throws base::InputError.
Shape read_shape(const std::string& path);
std::string shape_text(const Shape& shape);

}  // namespace crbrt::design
