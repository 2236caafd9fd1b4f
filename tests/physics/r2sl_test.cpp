// SPDX-License-Identifier: Apache-2.0
// The semi-solid rate: against the slow integrator, its limits, its derivatives and the edge of its existence.
#include "physics/r2sl.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "tests/physics/slow_integrator.h"

namespace crbrt::physics {
namespace {

constexpr PulseRange brain_range{4, 100, 3.7};

TEST(R2sl, TableEqualsTheSlowIntegrator) {
  const Chebyshev2d table = make_rho_table(brain_range);
  for (double trf : {1e-4, 2.3e-4, 5e-4})
    for (double theta : {0.05, 0.7, 2.2, 3.6})
      for (double t2 : {5.1e-6, 1.2e-5}) {
        const double slow = tests::slow_r2sl(trf, theta, t2);
        // 1e-10 of z_end (Richardson) over dz/drho >= 1e-3 theta^2: 1e-6 at theta = 0.05 is the worst case.
        EXPECT_NEAR(r2sl(table, trf, theta, 1, t2).r2sl_hz / slow, 1, theta < 0.1 ? 2e-5 : 1e-7)
            << trf << ' ' << theta << ' ' << t2;
      }
}

TEST(R2sl, DerivativesEqualCentralDifferences) {
  const Chebyshev2d table = make_rho_table(brain_range);
  for (double alpha : {0.3, 1.5, 2.1})
    for (double t2 : {8e-6, 1.2e-5}) {
      constexpr double trf = 3e-4, b1 = 1.3, h = 1e-4;
      const Rate rate = r2sl(table, trf, alpha, b1, t2);
      const auto at = [&](double b, double t) { return r2sl(table, trf, alpha, b, t).r2sl_hz; };
      // Second-order differences: h^2 = 1e-8 relative to derivatives of the same order.
      EXPECT_NEAR((at(b1 * (1 + h), t2) - at(b1 * (1 - h), t2)) / (2 * h * b1) / rate.dr2sl_db1, 1, 1e-6);
      EXPECT_NEAR((at(b1, t2 * (1 + h)) - at(b1, t2 * (1 - h))) / (2 * h * t2) / rate.dr2sl_dt2_semi, 1, 1e-6);
    }
}

TEST(R2sl, ZEndOfShortPulsesIsARotation) {
  // T2s much longer than the pulse: no memory is lost and z = cos(theta) + O(tau^2 theta^2).
  const MemoryKernel kernel(1);
  const SemisolidPulse pulse(kernel, 1e-3, 3);
  for (double theta : {0.5, 1.5, 3.0}) EXPECT_NEAR(pulse.z_end(theta), std::cos(theta), 1e-5);
}

// Nearly silent pulses have the rate of the limit, whatever range the table was made for.
TEST(R2sl, HasItsLimitAtVanishingAngles) {
  const double limit = make_rho_table(brain_range)(std::log(30.0), 0).f;
  const Chebyshev2d tiny = make_rho_table({30, 30, 1e-9});
  // rho is smooth in theta^2 = 1e-18; tables are good to 1e-10 of their largest value, derivatives of the fit add digits.
  EXPECT_NEAR(tiny(std::log(30.0), 1e-18).f / limit, 1, 1e-6);
}

TEST(R2sl, CeasesToExistWhereTheBranchTurns) {
  // docs/physics.md: beyond about 1.4 pi for TRF/T2s of 20 to 33, 1.9 pi at 100.
  const MemoryKernel kernel(101);
  EXPECT_TRUE(std::isfinite(SemisolidPulse(kernel, 25, 7).rho(4.2)));
  EXPECT_TRUE(std::isnan(SemisolidPulse(kernel, 25, 7).rho(4.7)));
  EXPECT_TRUE(std::isfinite(SemisolidPulse(kernel, 100, 7).rho(5.7)));
  EXPECT_TRUE(std::isnan(SemisolidPulse(kernel, 100, 7).rho(6.4)));
  EXPECT_THROW(make_rho_table({20, 33, 4.7}), std::domain_error);
  EXPECT_NO_THROW(make_z_end_table({20, 33, 5.4}));
}

}  // namespace
}  // namespace crbrt::physics
