// SPDX-License-Identifier: Apache-2.0
// Single pulses and single repetitions of the propagation kernel against the independent implementation.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "base/json.h"
#define CRBRT_PHYSICS_REAL double
#include "physics/kernel-inl.h"
#include "physics/r2sl.h"
#include "tests/support/shared_data.h"

namespace crbrt::physics::kernel {
namespace {

using base::Json;

// Every lane holds the same tissue; lane 0 is compared. 1e-6 relative to the largest component is the project's promise.
void expect_state(const Json& expected, const Vec4& found, const char* what) {
  const double values[] = {found.x[0], found.y[0], found.zf[0], found.zs[0]};
  double largest = 0;
  for (const Json& e : expected.items()) largest = std::max(largest, std::abs(e.number()));
  for (int i = 0; i < 4; ++i)
    EXPECT_NEAR(values[i], expected.at(static_cast<std::size_t>(i)).number(), 1e-6 * largest) << what << ' ' << i;
}

// Enough terms for the rates of the reference.
constexpr ClosedFormPlan plan{6, 4, 5, 12, false};

Vec4 free_half(const TissueLanes& p, double time, const Vec4& m) { return precess(p, precession(p, plan, time), m); }

Vec4 pulsed(const Pulse& pulse, const Vec4& m) {
  State5 s[1] = {{m.x, m.y, m.zf, splat(0), m.zs}};
  apply<true>(pulse, s);
  return {s[0].x, s[0].y, s[0].zf, s[0].zs};
}

TEST(SinglePulse, EqualsTheReference) {
  const std::string file = tests::shared_file("reference/signal_reference.json");
  if (file.empty()) GTEST_SKIP() << "no reference/signal_reference.json beside the clone";
  constexpr double tr = 3.5e-3;
  const Json data = Json::from_file(file);
  for (const Json& e : data.at("single").items()) {
    const auto v = e.at("params").numbers();
    const double trf = e.at("TRF").number(), alpha = e.at("alpha").number(), theta = v[7] * alpha, tau = trf / v[5];
    const double rate = r2sl(make_rho_table({tau, tau, theta}), trf, alpha, v[7], v[5]).r2sl_hz;
    EXPECT_NEAR(rate / e.at("R2sl").number(), 1, 1e-6);
    const TissueLanes p{splat(v[0]), splat(1 - v[0]), splat(v[1]), splat(v[2]), splat(v[3]),
                        splat(v[4]), splat(v[5]),     splat(v[6]), splat(v[7])};
    const Pulse pulse = make_pulse<Shift::half_decay>(p, splat(theta / trf), splat(rate), trf, {max_degree, 4});
    const auto in = e.at("m_in").numbers();
    const Vec4 m{splat(in[0]), splat(in[1]), splat(in[2]), splat(in[3])};

    expect_state(e.at("pulse_linear"), pulsed(pulse, m), "pulse");
    expect_state(e.at("fp_half"), free_half(p, (tr - trf) / 2, m), "free precession");
    Vec4 half = free_half(p, (tr - trf) / 2, m);
    expect_state(e.at("one_TR_balanced"), free_half(p, (tr - trf) / 2, pulsed(pulse, {-half.x, -half.y, half.zf, half.zs})),
                 "balanced repetition");
    half = free_half(p, tr / 2, m);
    const InversionFactors inv = inversion(p, plan, M_PI);
    const double inv_tau = 500e-6 / v[5], inv_theta = v[7] * M_PI;
    const double z_end = make_z_end_table({inv_tau, inv_tau, inv_theta})(std::log(inv_tau), inv_theta * inv_theta).f;
    expect_state(e.at("one_TR_crusher_pi_500us"),
                 free_half(p, tr / 2, {-inv.x * half.x, inv.x * half.y, inv.zf * half.zf, splat(z_end) * half.zs}),
                 "inversion");
  }
}

}  // namespace
}  // namespace crbrt::physics::kernel
