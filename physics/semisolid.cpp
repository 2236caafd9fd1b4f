// SPDX-License-Identifier: Apache-2.0
// Spectral solution of the super-Lorentzian memory equation and the search for its linearised rate.
#include "physics/r2sl.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace crbrt::physics {
namespace {

constexpr int n_segment_point = 24;
constexpr int n_collocation = 64;
constexpr int n_quadrature = 96;
constexpr int n_angle = 48;

struct Rule {
  std::vector<double> node, weight;  // on [0, 1]
};

// Gauss-Legendre by Newton's method on P_n.
Rule gauss_legendre(int n) {
  Rule rule{std::vector<double>(n), std::vector<double>(n)};
  for (int i = 0; i < n; ++i) {
    double x = std::cos(std::numbers::pi * (i + 0.75) / (n + 0.5)), derivative = 1;
    for (int step = 0; step < 100; ++step) {
      double p0 = 1, p1 = x;
      for (int k = 2; k <= n; ++k) {
        const double p2 = ((2 * k - 1) * x * p1 - (k - 1) * p0) / k;
        p0 = p1;
        p1 = p2;
      }
      derivative = n * (x * p1 - p0) / (x * x - 1);
      const double change = p1 / derivative;
      x -= change;
      if (std::abs(change) < 1e-15) break;
    }
    rule.node[i] = (1 + x) / 2;
    rule.weight[i] = 1 / ((1 - x * x) * derivative * derivative);
  }
  return rule;
}

// integral_0^k exp(-q^2 a^2 / 8) dq
double gaussian_integral(double k, double a) {
  const double x = k * std::abs(a) / std::sqrt(8.0);
  if (x < 1e-4) return k * (1 - x * x / 3);
  return std::sqrt(2 * std::numbers::pi) / std::abs(a) * std::erf(x);
}

// The integrand peaks at the magic angle c = 1/sqrt(3) with width 1/k: intervals shrink by halves towards it.
double memory_kernel_exact(double k, const Rule& rule) {
  const double magic = 1 / std::sqrt(3.0);
  double sum = 0;
  for (double side : {-magic, 1 - magic}) {
    double outer = 1;
    for (int level = 0; level < 14; ++level) {
      const double inner = level == 13 ? 0 : outer / 2;
      for (std::size_t q = 0; q < rule.node.size(); ++q) {
        const double c = magic + side * (inner + (outer - inner) * rule.node[q]);
        sum += std::abs(side) * (outer - inner) * rule.weight[q] * gaussian_integral(k, 3 * c * c - 1);
      }
      outer = inner;
    }
  }
  return sum;
}

double chebyshev_root(int k, int n) { return std::cos(std::numbers::pi * (k + 0.5) / n); }

std::vector<double> chebyshev_coefficients(const std::vector<double>& samples) {
  const int n = static_cast<int>(samples.size());
  std::vector<double> coefficients(n, 0.0);
  for (int i = 0; i < n; ++i)
    for (int k = 0; k < n; ++k)
      coefficients[i] += (i == 0 ? 1.0 : 2.0) / n * samples[k] * std::cos(std::numbers::pi * i * (k + 0.5) / n);
  return coefficients;
}

double clenshaw(const std::vector<double>& coefficients, double u) {
  double b1 = 0, b2 = 0;
  for (std::size_t i = coefficients.size() - 1; i > 0; --i) {
    const double b0 = 2 * u * b1 - b2 + coefficients[i];
    b2 = b1;
    b1 = b0;
  }
  return u * b1 - b2 + coefficients[0];
}

// [n, n]: integral_0^{t_i} K(tau (t_i - u)) l_j(u) du / tau over unit time, with l_j the Lagrange polynomials of the
// Chebyshev-Lobatto points, so that z + theta^2 (integrals z) = 1 and the last point is the end of the pulse.
Eigen::MatrixXd volterra_integrals(const MemoryKernel& kernel, double tau) {
  static const Rule rule = gauss_legendre(n_quadrature);
  Eigen::VectorXd t(n_collocation), w(n_collocation);
  for (int i = 0; i < n_collocation; ++i) {
    t[i] = (1 - std::cos(std::numbers::pi * i / (n_collocation - 1))) / 2;
    w[i] = (i % 2 == 0 ? 1.0 : -1.0) * (i == 0 || i == n_collocation - 1 ? 0.5 : 1.0);  // barycentric
  }
  Eigen::MatrixXd integrals = Eigen::MatrixXd::Zero(n_collocation, n_collocation);
  for (int i = 1; i < n_collocation; ++i)
    for (int q = 0; q < n_quadrature; ++q) {
      const double u = t[i] * rule.node[q];
      const double value = t[i] * rule.weight[q] * kernel(tau * (t[i] - u)) / tau;
      const Eigen::ArrayXd l = w.array() / (u - t.array());
      integrals.row(i) += (value / l.sum() * l).matrix().transpose();
    }
  return integrals;
}

// The linear 2x2 system x' = -rho x + theta z, z' = -theta x from (0, 1) over unit time: z and dz/drho.
struct LinearEnd {
  double z, dz_drho;
};
LinearEnd linear_end(double rho, double theta) {
  const double q = rho * rho / 4 - theta * theta, e = std::exp(-rho / 2);
  double c, s, ds_dq;
  if (std::abs(q) < 1e-3) {
    c = 1 + q / 2 + q * q / 24 + q * q * q / 720;
    s = 1 + q / 6 + q * q / 120 + q * q * q / 5040;
    ds_dq = 1.0 / 6 + q / 60 + q * q / 1680;
  } else {
    const double root = std::sqrt(std::abs(q));
    c = q > 0 ? std::cosh(root) : std::cos(root);
    s = q > 0 ? std::sinh(root) / root : std::sin(root) / root;
    ds_dq = (c - s) / (2 * q);
  }
  const double dq = rho / 2;
  return {e * (c + rho / 2 * s), e * (-c / 2 - rho / 4 * s + s / 2 * dq + s / 2 + rho / 2 * ds_dq * dq)};
}

// rho of the limit theta -> 0, where 1 - z = theta^2 (rho - 1 + exp(-rho)) / rho^2.
double small_angle_rho(double curvature) {
  double low = 1e-9, high = 1e4;
  for (int i = 0; i < 200; ++i) {
    const double rho = std::sqrt(low * high);
    const double value = rho < 1e-2 ? 0.5 - rho / 6 + rho * rho / 24 : (rho + std::expm1(-rho)) / (rho * rho);
    (value > curvature ? low : high) = rho;
  }
  return std::sqrt(low * high);
}

}  // namespace

MemoryKernel::MemoryKernel(double k_max) {
  const Rule rule = gauss_legendre(16);
  double low = 0, high = 1;
  while (low < k_max) {
    std::vector<double> samples(n_segment_point);
    for (int k = 0; k < n_segment_point; ++k)
      samples[k] = memory_kernel_exact((low + high) / 2 + (high - low) / 2 * chebyshev_root(k, n_segment_point), rule);
    segments_.push_back(chebyshev_coefficients(samples));
    low = high;
    high *= 2;
  }
}

double MemoryKernel::operator()(double k) const {
  const int index = k < 1 ? 0 : std::min(static_cast<int>(segments_.size()) - 1, std::ilogb(k) + 1);
  const double low = index == 0 ? 0 : std::ldexp(1.0, index - 1), high = std::ldexp(1.0, index);
  return clenshaw(segments_[index], (2 * k - low - high) / (high - low));
}

SemisolidPulse::SemisolidPulse(const MemoryKernel& kernel, double tau, double theta_max)
    : theta2_max_(std::max(theta_max * theta_max, 1e-6)) {
  const Eigen::MatrixXd integrals = volterra_integrals(kernel, tau);
  const Eigen::VectorXd ones = Eigen::VectorXd::Ones(n_collocation);
  curvature_ = integrals.row(n_collocation - 1).sum();
  std::vector<double> samples(n_angle);
  for (int k = 0; k < n_angle; ++k) {
    const double theta2 = theta2_max_ / 2 * (1 + chebyshev_root(k, n_angle));
    const Eigen::MatrixXd system = Eigen::MatrixXd::Identity(n_collocation, n_collocation) + theta2 * integrals;
    samples[k] = system.partialPivLu().solve(ones)[n_collocation - 1];
  }
  coefficients_ = chebyshev_coefficients(samples);
}

double SemisolidPulse::z_end(double theta) const { return clenshaw(coefficients_, 2 * theta * theta / theta2_max_ - 1); }

double SemisolidPulse::rho(double theta) const {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  double rho = small_angle_rho(curvature_);
  // Below this angle rho has its limit to 1e-7, and Newton's quotient would lose digits.
  if (theta < 1e-3) return rho;
  const int n_step = 1 + static_cast<int>(theta * theta * 4);  // follow the branch in steps of theta^2
  for (int step = 1; step <= n_step; ++step) {
    const double angle = theta * std::sqrt(static_cast<double>(step) / n_step);
    const double target = z_end(angle);
    double change = 1, residual = 1;
    for (int i = 0; i < 60 && std::abs(change) > 1e-13 * rho && std::abs(residual) > 1e-15; ++i) {
      const LinearEnd end = linear_end(rho, angle);
      residual = target - end.z;
      // On the branch more damping leaves more magnetisation; where that turns, the rate has ceased to exist.
      if (!(end.dz_drho > 0)) return nan;
      change = residual / end.dz_drho;
      rho += change;
      if (!(rho > 0)) return nan;
    }
    if (std::abs(change) > 1e-9 * rho && std::abs(residual) > 1e-14) return nan;
  }
  return rho;
}

}  // namespace crbrt::physics
