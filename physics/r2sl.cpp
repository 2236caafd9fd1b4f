// SPDX-License-Identifier: Apache-2.0
// Tables of the semi-solid pulse over (log tau, theta^2).
#include "physics/r2sl.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <sstream>
#include <stdexcept>

#include <Eigen/Core>

namespace crbrt::physics {

// Interpolation by discrete orthogonality of the Chebyshev polynomials at their roots.

namespace {

Eigen::VectorXd roots(int n) {
  Eigen::VectorXd u(n);
  for (int k = 0; k < n; ++k) u[k] = std::cos(std::numbers::pi * (k + 0.5) / n);
  return u;
}

// [n, n]: row i turns samples at the roots into coefficient i.
Eigen::MatrixXd analysis(int n) {
  Eigen::MatrixXd m(n, n);
  for (int i = 0; i < n; ++i)
    for (int k = 0; k < n; ++k) m(i, k) = (i == 0 ? 1.0 : 2.0) / n * std::cos(std::numbers::pi * i * (k + 0.5) / n);
  return m;
}

struct Polynomials {
  std::vector<double> t, dt;
};

Polynomials polynomials(double u, int n) {
  Polynomials p{std::vector<double>(n), std::vector<double>(n)};
  for (int i = 0; i < n; ++i) {
    p.t[i] = i == 0 ? 1 : i == 1 ? u : 2 * u * p.t[i - 1] - p.t[i - 2];
    p.dt[i] = i == 0 ? 0 : i == 1 ? 1 : 2 * p.t[i - 1] + 2 * u * p.dt[i - 1] - p.dt[i - 2];
  }
  return p;
}

Chebyshev2d trimmed(const Eigen::MatrixXd& c, Chebyshev2d result, double threshold) {
  result.n_x = static_cast<int>(c.rows());
  result.n_y = static_cast<int>(c.cols());
  result.row_length.assign(result.n_x, 0);
  for (int i = 0; i < result.n_x; ++i)
    for (int j = 0; j < result.n_y; ++j)
      if (std::abs(c(i, j)) > threshold) result.row_length[i] = j + 1;
  while (result.n_x > 1 && result.row_length[result.n_x - 1] == 0) --result.n_x;
  result.n_y = std::max(1, *std::max_element(result.row_length.begin(), result.row_length.begin() + result.n_x));
  result.row_length.resize(result.n_x);
  result.coefficients.resize(static_cast<std::size_t>(result.n_x) * result.n_y);
  for (int i = 0; i < result.n_x; ++i)
    for (int j = 0; j < result.n_y; ++j) result.coefficients[static_cast<std::size_t>(i) * result.n_y + j] = c(i, j);
  return result;
}

}  // namespace

Chebyshev2d::Value Chebyshev2d::operator()(double x, double y) const {
  const Polynomials px = polynomials((x - x_mid) / x_half, n_x), py = polynomials((y - y_mid) / y_half, n_y);
  Value value;
  for (int i = 0; i < n_x; ++i) {
    double row = 0, drow = 0;
    for (int j = 0; j < row_length[i]; ++j) {
      row += coefficients[static_cast<std::size_t>(i) * n_y + j] * py.t[j];
      drow += coefficients[static_cast<std::size_t>(i) * n_y + j] * py.dt[j];
    }
    value.f += px.t[i] * row;
    value.df_dx += px.dt[i] * row / x_half;
    value.df_dy += px.t[i] * drow / y_half;
  }
  return value;
}

Chebyshev2d fit_chebyshev2d(const std::function<double(double, double)>& f, Interval x, Interval y, double tolerance) {
  Chebyshev2d result;
  result.x_mid = (x.low + x.high) / 2;
  result.x_half = (x.high - x.low) / 2;
  result.y_mid = (y.low + y.high) / 2;
  result.y_half = (y.high - y.low) / 2;
  for (int n = 8; n <= 64; n *= 2) {
    const Eigen::VectorXd u = roots(n);
    Eigen::MatrixXd samples(n, n);
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) samples(i, j) = f(result.x_mid + result.x_half * u[i], result.y_mid + result.y_half * u[j]);
    const Eigen::MatrixXd c = analysis(n) * samples * analysis(n).transpose();
    const double largest = c.cwiseAbs().maxCoeff();
    const double tail = std::max(c.bottomRows(2).cwiseAbs().maxCoeff(), c.rightCols(2).cwiseAbs().maxCoeff());
    // Dropped coefficients add up, and derivatives weigh them by the degree: trim two digits below the tail.
    if (tail <= tolerance * largest) return trimmed(c, result, 0.01 * tolerance * largest);
  }
  throw std::domain_error("the function is too close to a singularity for a table of degree 64");
}

namespace {

// Slightly wider than asked, so that a range of one point is an interval and rounding cannot leave it.
Interval log_tau_interval(const PulseRange& range) { return {std::log(range.tau_min) - 1e-3, std::log(range.tau_max) + 1e-3}; }
Interval theta2_interval(const PulseRange& range) { return {0, range.theta_max * range.theta_max * 1.002 + 1e-4}; }

// Samples come with log(tau) in the outer loop: one SemisolidPulse serves a whole row.
class PulseCache {
 public:
  explicit PulseCache(const PulseRange& range)
      : kernel_(range.tau_max * 1.01), theta_max_(std::sqrt(theta2_interval(range).high)) {}

  const SemisolidPulse& at(double log_tau) {
    if (!pulse_ || log_tau != log_tau_) {
      log_tau_ = log_tau;
      pulse_ = std::make_unique<SemisolidPulse>(kernel_, std::exp(log_tau), theta_max_);
    }
    return *pulse_;
  }

 private:
  MemoryKernel kernel_;
  double theta_max_;
  double log_tau_ = 0;
  std::unique_ptr<SemisolidPulse> pulse_;
};

std::domain_error no_rate(double tau, double theta, const char* why) {
  std::ostringstream text;
  text << "R2sl does not exist for a pulse of B1 * alpha = " << theta << " rad lasting " << tau << " T2s" << why;
  return std::domain_error(text.str());
}

}  // namespace

Chebyshev2d make_rho_table(const PulseRange& range) {
  PulseCache cache(range);
  const auto rho = [&cache](double log_tau, double theta2) {
    const double value = cache.at(log_tau).rho(std::sqrt(theta2));
    if (!std::isfinite(value)) throw no_rate(std::exp(log_tau), std::sqrt(theta2), "");
    return value;
  };
  const Interval log_tau = log_tau_interval(range), theta2 = theta2_interval(range);
  // Chebyshev points leave out the corners; the rate must exist there too.
  rho(log_tau.low, theta2.high);
  rho(log_tau.high, theta2.high);
  try {
    return fit_chebyshev2d(rho, log_tau, theta2, 1e-10);
  } catch (const std::domain_error& error) {
    const std::string what = error.what();
    if (what.rfind("R2sl", 0) == 0) throw;
    throw no_rate(range.tau_max, range.theta_max, " (or the angle lies too close to the largest one)");
  }
}

Chebyshev2d make_z_end_table(const PulseRange& range) {
  PulseCache cache(range);
  return fit_chebyshev2d([&cache](double log_tau, double theta2) { return cache.at(log_tau).z_end(std::sqrt(theta2)); },
                         log_tau_interval(range), theta2_interval(range), 1e-12);
}

Rate r2sl(const Chebyshev2d& rho_table, double trf_s, double alpha_rad, double b1_rel, double t2_semi_s) {
  const double theta = b1_rel * alpha_rad;
  const Chebyshev2d::Value rho = rho_table(std::log(trf_s / t2_semi_s), theta * theta);
  return {rho.f / trf_s, -rho.df_dx / (t2_semi_s * trf_s), rho.df_dy * 2 * theta * alpha_rad / trf_s};
}

}  // namespace crbrt::physics
