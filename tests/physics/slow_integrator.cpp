// SPDX-License-Identifier: Apache-2.0
// Plain Runge-Kutta and trapezoids; clarity before speed.
#include "tests/physics/slow_integrator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

namespace crbrt::tests {
namespace {

using State = std::array<double, 5>;  // x_free, y_free, z_free, x_semi, z_semi

// G(k) = integral_0^1 exp(-k^2 (3 c^2 - 1)^2 / 8) dc by Simpson's rule on 2000 intervals (ten per width at k = 200).
double greens_function(double k) {
  constexpr int n = 2000;
  double sum = 0;
  for (int i = 0; i <= n; ++i) {
    const double c = static_cast<double>(i) / n, a = 3 * c * c - 1;
    sum += (i == 0 || i == n ? 1 : i % 2 == 1 ? 4 : 2) * std::exp(-k * k * a * a / 8);
  }
  return sum / (3.0 * n);
}

// K(k) = integral_0^k G on [0, 160]: Simpson between the points of a fine grid, cubic Hermite inside (K' = G), 1e-10.
class MemoryKernelTable {
 public:
  MemoryKernelTable() : g_(n_ + 1), k_(n_ + 1, 0.0) {
    g_[0] = 1;
    for (int i = 1; i <= n_; ++i) {
      g_[i] = greens_function(i * h_);
      k_[i] = k_[i - 1] + h_ / 6 * (g_[i - 1] + 4 * greens_function((i - 0.5) * h_) + g_[i]);
    }
  }
  double operator()(double k) const {
    const int i = std::min(n_ - 1, static_cast<int>(k / h_));
    const double s = k / h_ - i, r = 1 - s;
    return k_[i] * r * r * (1 + 2 * s) + k_[i + 1] * s * s * (3 - 2 * s) + h_ * s * r * (g_[i] * r - g_[i + 1] * s);
  }

 private:
  static constexpr int n_ = 8000;
  static constexpr double h_ = 0.02;
  std::vector<double> g_, k_;
};

// z(t) = 1 - W^2 integral K(t - u) z(u) du by the trapezoidal rule with n steps; K(0) = 0 makes it explicit.
double trapezoid_z_end(double tau, double theta, int n) {
  const double h = tau / n, w2 = theta * theta / (tau * tau);
  static const MemoryKernelTable table;
  std::vector<double> kernel(n + 1), z(n + 1, 1.0);
  for (int i = 0; i <= n; ++i) kernel[i] = table(i * h);
  for (int i = 1; i <= n; ++i) {
    double sum = kernel[i] * z[0] / 2;
    for (int j = 1; j < i; ++j) sum += kernel[i - j] * z[j];
    z[i] = 1 - w2 * h * sum;
  }
  return z[n];
}

double linear_z_end(double rho, double theta) {
  double x = 0, z = 1;
  constexpr int n = 1000;
  constexpr double h = 1.0 / n;
  const auto dx = [&](double a, double b) { return -rho * a + theta * b; };
  const auto dz = [&](double a) { return -theta * a; };
  for (int i = 0; i < n; ++i) {
    const double x1 = dx(x, z), z1 = dz(x);
    const double x2 = dx(x + h / 2 * x1, z + h / 2 * z1), z2 = dz(x + h / 2 * x1);
    const double x3 = dx(x + h / 2 * x2, z + h / 2 * z2), z3 = dz(x + h / 2 * x2);
    const double x4 = dx(x + h * x3, z + h * z3), z4 = dz(x + h * x3);
    x += h / 6 * (x1 + 2 * x2 + 2 * x3 + x4);
    z += h / 6 * (z1 + 2 * z2 + 2 * z3 + z4);
  }
  return z;
}

State derivative(const physics::Tissue& t, double w1, double r2sl, const State& m) {
  const double m0s = t.m0_semi_frac, m0f = 1 - m0s, rx = t.exchange_hz;
  return {-t.r2_free_hz * m[0] - t.omega0_rad_s * m[1] + w1 * m[2], t.omega0_rad_s * m[0] - t.r2_free_hz * m[1],
          -w1 * m[0] - (t.r1_free_hz + rx * m0s) * m[2] + rx * m0f * m[4] + t.r1_free_hz * m0f, -r2sl * m[3] + w1 * m[4],
          -w1 * m[3] + rx * m0s * m[2] - (t.r1_semi_hz + rx * m0f) * m[4] + t.r1_semi_hz * m0s};
}

State moved(const State& m, double h, const State& d) {
  State r;
  for (std::size_t i = 0; i < 5; ++i) r[i] = m[i] + h * d[i];
  return r;
}

void integrate(const physics::Tissue& t, double w1, double r2sl, double time, int n, State& m) {
  const double h = time / n;
  for (int i = 0; i < n; ++i) {
    const State k1 = derivative(t, w1, r2sl, m), k2 = derivative(t, w1, r2sl, moved(m, h / 2, k1)),
                k3 = derivative(t, w1, r2sl, moved(m, h / 2, k2)), k4 = derivative(t, w1, r2sl, moved(m, h, k3));
    for (std::size_t j = 0; j < 5; ++j) m[j] += h / 6 * (k1[j] + 2 * k2[j] + 2 * k3[j] + k4[j]);
  }
}

// Free precession, then the semi-solid transversal magnetisation is gone.
void precess(const physics::Tissue& t, double time, State& m) {
  integrate(t, 0, 0, time, 40, m);
  m[3] = 0;
}

void next_echo(const physics::Tissue& t, double tr_s, double alpha, double trf_s, double r2sl, State& m) {
  precess(t, (tr_s - trf_s) / 2, m);
  m[0] = -m[0];
  m[1] = -m[1];
  // 400 steps: R2sl TRF is at most about 15, so a step's phase is at most 0.04 and the error of a pulse about
  // 400 * 0.04^5 / 120 = 3e-7 of x_semi only, of which z_free sees less than a thousandth.
  integrate(t, t.b1_rel * alpha / trf_s, r2sl, trf_s, 400, m);
  precess(t, (tr_s - trf_s) / 2, m);
}

void inversion(const physics::Tissue& t, double tr_s, double alpha, double z_end, State& m) {
  precess(t, tr_s / 2, m);
  const double s = std::sin(t.b1_rel * alpha / 2);
  m = {-s * s * m[0], s * s * m[1], std::cos(t.b1_rel * alpha) * m[2], 0, z_end * m[4]};
  precess(t, tr_s / 2, m);
}

}  // namespace

double slow_z_end(double trf_s, double theta_rad, double t2_semi_s) {
  // The trapezoid's error has even powers of the step only: two Richardson steps leave h^6.
  const double tau = trf_s / t2_semi_s;
  const double a = trapezoid_z_end(tau, theta_rad, 400), b = trapezoid_z_end(tau, theta_rad, 800),
               c = trapezoid_z_end(tau, theta_rad, 1600);
  const double ab = b + (b - a) / 3, bc = c + (c - b) / 3;
  return bc + (bc - ab) / 15;
}

double slow_r2sl(double trf_s, double theta_rad, double t2_semi_s) {
  const double target = slow_z_end(trf_s, theta_rad, t2_semi_s);
  // The branch that is continuous from small angles is the last crossing, coming from large rates.
  double high = 200;
  while (linear_z_end(high / 1.05, theta_rad) > target) high /= 1.05;
  double low = high / 1.05;
  for (int i = 0; i < 50; ++i) {
    const double middle = (low + high) / 2;
    (linear_z_end(middle, theta_rad) < target ? low : high) = middle;
  }
  return (low + high) / 2 / trf_s;
}

std::vector<std::complex<double>> slow_signal(const physics::Cycle& cycle, double tr_s, const physics::Tissue& tissue) {
  const std::size_t n = cycle.alpha_rad.size();
  std::vector<double> rate(n, 0.0);
  std::map<std::pair<double, double>, double> known;
  for (std::size_t k = 1; k < n; ++k) {
    if (cycle.alpha_rad[k] == 0) continue;
    auto [entry, is_new] = known.try_emplace({cycle.trf_s[k], cycle.alpha_rad[k]});
    if (is_new) entry->second = slow_r2sl(cycle.trf_s[k], tissue.b1_rel * cycle.alpha_rad[k], tissue.t2_semi_s);
    rate[k] = entry->second;
  }
  const double z_end = slow_z_end(cycle.trf_s[0], tissue.b1_rel * cycle.alpha_rad[0], tissue.t2_semi_s);

  State m{0, 0, 1 - tissue.m0_semi_frac, 0, tissue.m0_semi_frac};
  std::vector<std::complex<double>> echoes(n);
  for (int repetition = 0; repetition < 2000; ++repetition) {
    const std::complex<double> before = echoes[0];
    echoes[0] = {m[0], m[1]};
    for (std::size_t k = 1; k < n; ++k) {
      next_echo(tissue, tr_s, cycle.alpha_rad[k], cycle.trf_s[k], rate[k], m);
      echoes[k] = {m[0], m[1]};
    }
    inversion(tissue, tr_s, cycle.alpha_rad[0], z_end, m);
    if (repetition > 3 && std::abs(echoes[0] - before) < 1e-12 && std::abs(echoes[0] - std::complex(m[0], m[1])) < 1e-12) break;
  }
  return echoes;
}

}  // namespace crbrt::tests
