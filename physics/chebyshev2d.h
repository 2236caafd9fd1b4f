/// Two-dimensional Chebyshev interpolation of a smooth function, trimmed to the coefficients that matter.
#pragma once

#include <functional>
#include <vector>

namespace crbrt::physics {

/// f(x, y) = sum_i T_i(u) sum_{j < row_length[i]} coefficients[i * n_y + j] T_j(v), with u = (x - x_mid) / x_half and
/// v = (y - y_mid) / y_half in [-1, 1].
struct Chebyshev2d {
  double x_mid = 0, x_half = 1, y_mid = 0, y_half = 1;
  int n_x = 0, n_y = 0;
  std::vector<double> coefficients;  ///< [n_x, n_y]
  std::vector<int> row_length;       ///< [n_x]

  struct Value {
    double f = 0, df_dx = 0, df_dy = 0;
  };
  Value operator()(double x, double y) const;
};

struct Interval {
  double low = 0, high = 1;
};

/// Interpolates at Chebyshev points, doubling the degree (8 to 64) until the last coefficients of both directions are below
/// `tolerance` times the largest. Throws std::domain_error when 64 are not enough.
Chebyshev2d fit_chebyshev2d(const std::function<double(double, double)>& f, Interval x, Interval y, double tolerance);

}  // namespace crbrt::physics
