// SPDX-License-Identifier: Apache-2.0
/// R2sl(TRF, alpha, B1, T2s) and z_end of crushed pulses as smooth tables with analytic derivatives, computed by the program
/// for the range it needs (a few tens of milliseconds) and kept for the life of the object. No table is shipped. Before them
/// stand what the tables are made of: the exact pulse, and interpolation in two dimensions.
#pragma once

#include <functional>
#include <vector>

namespace crbrt::physics {

// The isolated semi-solid pool during one rectangular pulse (docs/physics.md Eq. 2 to 4): the super-Lorentzian memory
// kernel, the magnetisation z_end it leaves, and the linearised rate R2sl that ends at the same value.
//
// Everything is dimensionless: tau = TRF / T2s, theta = B1 * alpha, and rho = R2sl * TRF.

/// K(k) = integral_0^k G(q) dq with G(k) = integral_0^1 exp(-k^2 (3 c^2 - 1)^2 / 8) dc, on [0, k_max], about 1e-13.
class MemoryKernel {
 public:
  explicit MemoryKernel(double k_max);
  double operator()(double k) const;

 private:
  // Chebyshev coefficients on [0, 1], [1, 2], [2, 4], [4, 8], ...
  std::vector<std::vector<double>> segments_;
};

/// z_end and rho for one duration tau: the Volterra equation z(t) = 1 - W^2 integral_0^t K(t - u) z(u) du, W = theta / tau,
/// by collocation at Chebyshev points.
class SemisolidPulse {
 public:
  /// Serves |theta| <= theta_max.
  SemisolidPulse(const MemoryKernel& kernel, double tau, double theta_max);

  /// z_s after the pulse, started at 1.
  double z_end(double theta) const;

  /// R2sl * TRF on the branch that is continuous from small theta. NaN where no such rate exists.
  double rho(double theta) const;

 private:
  double theta2_max_;
  double curvature_;                  // (1 - z_end) / theta^2 as theta -> 0
  std::vector<double> coefficients_;  // Chebyshev coefficients of z_end in theta^2 (an entire function of it)
};

/// Two-dimensional Chebyshev interpolation of a smooth function, trimmed to the coefficients that matter:
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

/// Durations over T2s and flip angles times B1 that a table must serve.
struct PulseRange {
  double tau_min = 1, tau_max = 100;  ///< TRF / T2s
  double theta_max = 0;               ///< max of B1 * alpha, rad
};

/// rho(log(TRF / T2s), (B1 alpha)^2) = R2sl * TRF, about 1e-10 relative.
/// Throws std::domain_error, naming angle and duration, when the range holds a pulse for which R2sl does not exist.
Chebyshev2d make_rho_table(const PulseRange& range);

/// z_end(log(TRF / T2s), (B1 alpha)^2), about 1e-12 absolute. Exists everywhere.
Chebyshev2d make_z_end_table(const PulseRange& range);

/// A rate and its derivatives.
struct Rate {
  double r2sl_hz = 0, dr2sl_dt2_semi = 0, dr2sl_db1 = 0;
};
Rate r2sl(const Chebyshev2d& rho_table, double trf_s, double alpha_rad, double b1_rel, double t2_semi_s);

}  // namespace crbrt::physics
