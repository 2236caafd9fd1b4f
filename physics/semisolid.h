/// The isolated semi-solid pool during one rectangular pulse (docs/physics.md Eq. 2 to 4): the super-Lorentzian memory
/// kernel, the magnetisation z_end it leaves, and the linearised rate R2sl that ends at the same value.
///
/// Everything is dimensionless: tau = TRF / T2s, theta = B1 * alpha, and rho = R2sl * TRF.
#pragma once

#include <vector>

namespace crbrt::physics {

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

}  // namespace crbrt::physics
