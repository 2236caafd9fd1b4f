// SPDX-License-Identifier: Apache-2.0
// The parts of a cycle in closed form (docs/physics.md Eq. 5 and 6): free precession with relaxation and exchange, its
// derivatives, and the inversion pulse. Included by one source file per ISA; everything here has internal linkage.
#pragma once

#include "physics/kernel.h"
#include "physics/lanes.h"

namespace crbrt::physics::kernel {
namespace {

struct Vec4 {
  V x, y, zf, zs;
};

struct TissueLanes {
  V m0s, m0f, r1f, r2f, rx, r1s, t2s, w0, b1;
};

inline TissueLanes load_tissue(const Args& a) {
  const auto p = [&a](int i) { return load(a.tissue + i * lanes); };
  return {p(0), 1 - p(0), p(1), p(2), p(3), p(4), p(5), p(6), p(7)};
}

inline Vec4 load_state(const Real* from) {
  return {load(from), load(from + lanes), load(from + 2 * lanes), load(from + 3 * lanes)};
}

inline void store_state(Real* to, const Vec4& m) {
  store(to, m.x);
  store(to + lanes, m.y);
  store(to + 2 * lanes, m.zf);
  store(to + 3 * lanes, m.zs);
}

// Free precession and relaxation over time t: x + i y turns and decays; (zf, zs) - equilibrium goes through exp(G t) =
// exp(mu t) (c I + s t H), H the traceless part of G = [[-(r1f + rx m0s), rx m0f], [rx m0s, -(r1s + rx m0f)]], H^2 = q I.
struct Precession {
  Complex e;             // exp((-r2f + i w0) t)
  V g11, g12, g21, g22;  // exp(G t)
  V scale, c, s, ds_dq;  // exp(mu t), c, s t and d(s t)/dq
  V h, t;
};

// exp(mu t) (c, s, ds/dq) of one lane where both exponentials mu +- sqrt(q) are far apart; as a series where they are not.
inline void fast_exchange(double mu, double q, double t, double& c, double& s, double& ds_dq) {
  const double x = q * t * t;
  if (x < 1) {
    const double decay = __builtin_exp(mu * t);
    c = decay * (1 + x / 2 * (1 + x / 12 * (1 + x / 30 * (1 + x / 56 * (1 + x / 90 * (1 + x / 132))))));
    s = decay * t * (1 + x / 6 * (1 + x / 20 * (1 + x / 42 * (1 + x / 72 * (1 + x / 110 * (1 + x / 156))))));
    ds_dq = decay * t * t * t * (1.0 / 6 + x * (2.0 / 120 + x * (3.0 / 5040 + x * (4.0 / 362880 + x * (5.0 / 39916800)))));
    return;
  }
  const double root = __builtin_sqrt(q), slow = __builtin_exp((mu + root) * t), fast = __builtin_exp((mu - root) * t);
  c = 0.5 * (slow + fast);
  s = 0.5 * (slow - fast) / root;
  ds_dq = 0.5 * (c * t - s) / q;
}

inline Precession precession(const TissueLanes& p, const ClosedFormPlan& plan, Real time) {
  Precession f;
  f.t = splat(time);
  f.e = exp(Complex{-p.r2f * time, p.w0 * time}, plan.n_square_transversal);
  const V a = -(p.r1f + p.rx * p.m0s), d = -(p.r1s + p.rx * p.m0f);
  f.h = (a - d) * Real(0.5);
  const V q = f.h * f.h + p.rx * p.rx * p.m0s * p.m0f, mu = (a + d) * Real(0.5);
  if (plan.is_fast) {
    f.scale = splat(1);  // c, s and ds_dq hold it
    for (int l = 0; l < lanes; ++l) {
      double c, s, ds_dq;
      fast_exchange(mu[l], q[l], time, c, s, ds_dq);
      f.c[l] = static_cast<Real>(c);
      f.s[l] = static_cast<Real>(s);
      f.ds_dq[l] = static_cast<Real>(ds_dq);
    }
  } else {
    const Hyperbolic y = hyperbolic(q * (time * time), plan.n_hyperbolic_term);
    f.scale = exp_of_real(mu * time, plan.n_square_recovery);
    f.c = y.c;
    f.s = y.s * time;
    f.ds_dq = y.ds_dx * (time * time * time);
  }
  f.g11 = f.scale * (f.c + f.s * f.h);
  f.g12 = f.scale * f.s * (p.rx * p.m0f);
  f.g21 = f.scale * f.s * (p.rx * p.m0s);
  f.g22 = f.scale * (f.c - f.s * f.h);
  return f;
}

inline Vec4 precess_linear(const Precession& f, const Vec4& m) {
  return {f.e.re * m.x - f.e.im * m.y, f.e.im * m.x + f.e.re * m.y, f.g11 * m.zf + f.g12 * m.zs, f.g21 * m.zf + f.g22 * m.zs};
}

inline Vec4 precess(const TissueLanes& p, const Precession& f, const Vec4& m) {
  Vec4 r = precess_linear(f, {m.x, m.y, m.zf - p.m0f, m.zs - p.m0s});
  r.zf += p.m0f;
  r.zs += p.m0s;
  return r;
}

// d exp(G t) / dtheta (zf, zs) for given dmu, dh, d(rx m0f), d(rx m0s).
struct Pair {
  V zf, zs;
};
inline Pair exchange_derivative(const TissueLanes& p, const Precession& f, Pair u, V dmu, V dh, V dfs, V dsf) {
  const V b = p.rx * p.m0f, c = p.rx * p.m0s;
  const V dq = 2 * f.h * dh + dfs * c + b * dsf;
  const V dc = f.s * f.t * Real(0.5) * dq, ds = f.ds_dq * dq;
  const V cc = f.t * dmu * f.c + dc, ss = f.t * dmu * f.s + ds;
  return {f.scale * (cc * u.zf + ss * (f.h * u.zf + b * u.zs) + f.s * (dh * u.zf + dfs * u.zs)),
          f.scale * (cc * u.zs + ss * (c * u.zf - f.h * u.zs) + f.s * (dsf * u.zf - dh * u.zs))};
}

// m and all dm through free precession, in place.
inline void precess_with_gradient(const TissueLanes& p, const Precession& f, Vec4& m, Vec4 (&dm)[n_param]) {
  const Pair u{m.zf - p.m0f, m.zs - p.m0s};
  for (int i = 0; i < n_param; ++i) dm[i] = precess_linear(f, dm[i]);
  const Vec4 next = precess(p, f, m);
  const V zero = splat(0), half = splat(Real(0.5));
  const auto add = [&](int i, V dmu, V dh, V dfs, V dsf) {
    const Pair d = exchange_derivative(p, f, u, dmu, dh, dfs, dsf);
    dm[i].zf += d.zf;
    dm[i].zs += d.zs;
  };
  // m0s: G changes through rx m0s and rx m0f, and so does the equilibrium (1 - m0s, m0s).
  add(0, zero, -p.rx, -p.rx, p.rx);
  dm[0].zf += -1 + f.g11 - f.g12;
  dm[0].zs += 1 + f.g21 - f.g22;
  add(1, -half, -half, zero, zero);
  dm[2].x -= f.t * next.x;
  dm[2].y -= f.t * next.y;
  add(3, -half, (p.m0f - p.m0s) * Real(0.5), p.m0f, p.m0s);
  add(4, -half, half, zero, zero);
  dm[6].x -= f.t * next.y;
  dm[6].y += f.t * next.x;
  m = next;
}

struct InversionFactors {
  V x, zf, dx_db1, dzf_db1;
};
// diag(sin^2(th/2), -sin^2(th/2), cos(th)) with th = b1 alpha.
inline InversionFactors inversion(const TissueLanes& p, const ClosedFormPlan& plan, Real alpha) {
  const Complex e = exp(Complex{splat(0), p.b1 * alpha}, plan.n_square_inversion);
  return {(1 - e.re) * Real(0.5), e.re, e.im * (Real(0.5) * alpha), -e.im * alpha};
}

}  // namespace
}  // namespace crbrt::physics::kernel
