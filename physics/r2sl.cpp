// Tables of the semi-solid pulse over (log tau, theta^2).
#include "physics/r2sl.h"

#include <cmath>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "physics/semisolid.h"

namespace crbrt::physics {
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
