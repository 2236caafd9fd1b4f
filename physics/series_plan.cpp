// SPDX-License-Identifier: Apache-2.0
// Bounds of remainders, from the norms of the generators.
#include "physics/series_plan.h"

#include <algorithm>
#include <cmath>

#include "physics/simulator.h"

namespace crbrt::physics {
namespace {

// T2 of 1 ms at any offset of a period of 2 ms and more; exchange of 200 Hz with a T1 of 0.1 s.
constexpr double usual_transversal_hz = 2500, usual_longitudinal_hz = 500;

/// Degree and steps for a generator of the given norm whose fast decay of `rho` is shifted by its half (pulse-inl.h): the terms
/// left out are below exp(-shift) (shift + rest)^n / n!, which grows with the shift while n is above shift + rest, so that
/// slower decays need no more.
kernel::TaylorPlan taylor_plan(double rho, double rest, double tolerance) {
  constexpr double longest_step = 14;  // a degree of 55 of kernel::max_degree, and a shift below the 16 of decay()
  const double norm = 0.5 * rho + rest;
  const int n_step = std::max(1, static_cast<int>(std::ceil(norm / longest_step)));
  const double of_step = norm / n_step, smallest = tolerance * std::exp(0.5 * rho / n_step);
  int degree = 1;
  for (double term = of_step; term > smallest || degree < of_step; term *= of_step / degree) ++degree;
  return {std::clamp(degree, 3, kernel::max_degree), n_step};
}

int squarings(double largest) {
  int n = 0;
  for (; largest > 0.25; largest /= 2) ++n;
  return n;
}

/// The n-th term of cosh(sqrt(x)) is x^n / (2n)!.
int hyperbolic_terms(double largest_x) {
  int n = 3;
  for (double term = largest_x * largest_x * largest_x / 720; term > 1e-17; ++n)
    term *= largest_x / ((2.0 * n + 1) * (2.0 * n + 2));
  return n;
}

}  // namespace

RateClass RateClass::of(const Tissue& t) {
  const double transversal = t.r2_free_hz + std::abs(t.omega0_rad_s),
               longitudinal = t.r1_free_hz + t.r1_semi_hz + 2 * t.exchange_hz;
  RateClass rates;
  while (transversal > rates.transversal_max_hz() || longitudinal > rates.longitudinal_max_hz()) ++rates.index;
  return rates;
}

double RateClass::transversal_max_hz() const { return std::ldexp(usual_transversal_hz, 2 * index); }
double RateClass::longitudinal_max_hz() const { return std::ldexp(usual_longitudinal_hz, 2 * index); }

std::vector<std::vector<double>> largest_rho(const Sequence& sequence, const Chebyshev2d& rho_table,
                                             const TissueDomain& domain) {
  constexpr int n_point = 8;
  std::vector<std::vector<double>> largest;
  for (const Cycle& cycle : sequence.cycles) {
    std::vector<double>& of_cycle = largest.emplace_back(cycle.alpha_rad.size(), 0.0);
    for (std::size_t k = 1; k < cycle.alpha_rad.size(); ++k) {
      if (cycle.alpha_rad[k] == 0) continue;
      const double shortest = std::log(cycle.trf_s[k] / domain.t2_semi_max_s),
                   longest = std::log(cycle.trf_s[k] / domain.t2_semi_min_s);
      for (int i = 0; i <= n_point; ++i)
        for (int j = 0; j <= n_point; ++j) {
          const double theta = cycle.alpha_rad[k] * domain.b1_max_rel * i / n_point;
          of_cycle[k] = std::max(of_cycle[k], rho_table(shortest + (longest - shortest) * j / n_point, theta * theta).f);
        }
      of_cycle[k] *= 1.05;  // the table is smooth: nothing between the points rises by more
    }
  }
  return largest;
}

SeriesPlan::SeriesPlan(const Sequence& sequence, const std::vector<std::vector<double>>& rho_max, double b1_max_rel,
                       RateClass rates, double tolerance) {
  double largest_angle = 0;
  for (std::size_t c = 0; c < sequence.cycles.size(); ++c) {
    const Cycle& cycle = sequence.cycles[c];
    std::vector<kernel::TaylorPlan>& plans = pulse.emplace_back(1, kernel::TaylorPlan{});
    largest_angle = std::max(largest_angle, cycle.alpha_rad[0] * b1_max_rel);
    for (std::size_t k = 1; k < cycle.alpha_rad.size(); ++k)
      plans.push_back(taylor_plan(
          rho_max[c][k],
          cycle.alpha_rad[k] * b1_max_rel + cycle.trf_s[k] * std::max(rates.transversal_max_hz(), rates.longitudinal_max_hz()),
          tolerance));
  }
  // Both arguments are bounded by the sums that define a class: |mu| by half of the longitudinal one, and q by 5/16 of its
  // square.
  const double longest = sequence.tr_s / 2, longitudinal = rates.longitudinal_max_hz() * longest;
  closed_form = {squarings(rates.transversal_max_hz() * longest), squarings(0.5 * longitudinal), squarings(largest_angle),
                 hyperbolic_terms(std::min(0.3125 * longitudinal * longitudinal, 100.0)), longitudinal > 4};
}

}  // namespace crbrt::physics
