// Propagation through one cycle (physics.md): free precession in closed form, pulses by the Taylor series of the exponential
// acting on vectors (no matrix exponential is formed), and the derivatives of both by the same recursions.
// Included by one source file per ISA; everything here has internal linkage.
#pragma once

#include "physics/kernel.h"
#include "physics/lanes.h"
#include "physics/pulse-inl.h"

namespace crbrt::physics::kernel {
namespace {

struct Vec4 {
  V x, y, zf, zs;
};

struct TissueLanes {
  V m0s, m0f, r1f, r2f, rx, r1s, t2s, w0, b1;
};

inline TissueLanes load_tissue(const CycleArgs& a) {
  const auto p = [&a](int i) { return load(a.tissue + i * lanes); };
  return {p(0), 1 - p(0), p(1), p(2), p(3), p(4), p(5), p(6), p(7)};
}

// Rates and derivatives of all pulses: [0] holds z_end of the inversion.
inline void tabulate_rates(const CycleArgs& a, CycleWork& w) {
  const TissueLanes t = load_tissue(a);
  const V log_t2 = load(a.log_t2_semi);
  for (int k = 0; k < a.n_pulse; ++k) {
    double* out = w.rate + k * 3 * lanes;
    const V theta = t.b1 * a.alpha_rad[k];
    if (k > 0 && a.alpha_rad[k] == 0) {  // x_semi stays zero: no rate is needed
      for (int i = 0; i < 3; ++i) store(out + i * lanes, splat(0));
      continue;
    }
    const TableValue value = evaluate<false>(k == 0 ? a.z_end : a.rho, a.log_trf[k] - log_t2, theta * theta);
    const double inverse = k == 0 ? 1 : 1 / a.trf_s[k];
    store(out, value.f * inverse);
    store(out + lanes, -value.df_dx / t.t2s * inverse);
    store(out + 2 * lanes, value.df_dy * (2 * a.alpha_rad[k] * inverse) * theta);
  }
}

// Free precession and relaxation over time t: x + i y turns and decays; (zf, zs) - equilibrium goes through exp(G t) =
// exp(mu t) (c I + s t H), H the traceless part of G = [[-(r1f + rx m0s), rx m0f], [rx m0s, -(r1s + rx m0f)]], H^2 = q I.
struct Precession {
  Complex e;             // exp((-r2f + i w0) t)
  V g11, g12, g21, g22;  // exp(G t)
  V scale, c, s, ds_dq;  // exp(mu t), c, s t and d(s t)/dq
  V h, t;
};

inline Precession precession(const TissueLanes& p, double time) {
  Precession f;
  f.t = splat(time);
  f.e = exp(Complex{-p.r2f * time, p.w0 * time});
  const V a = -(p.r1f + p.rx * p.m0s), d = -(p.r1s + p.rx * p.m0f);
  f.h = (a - d) * 0.5;
  const V q = f.h * f.h + p.rx * p.rx * p.m0s * p.m0f;
  const Hyperbolic y = hyperbolic(q * (time * time));
  f.scale = exp(Complex{(a + d) * (0.5 * time), splat(0)}).re;
  f.c = y.c;
  f.s = y.s * time;
  f.ds_dq = y.ds_dx * (time * time * time);
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
  const V dc = f.s * f.t * 0.5 * dq, ds = f.ds_dq * dq;
  const V cc = f.t * dmu * f.c + dc, ss = f.t * dmu * f.s + ds;
  return {f.scale * (cc * u.zf + ss * (f.h * u.zf + b * u.zs) + f.s * (dh * u.zf + dfs * u.zs)),
          f.scale * (cc * u.zs + ss * (c * u.zf - f.h * u.zs) + f.s * (dsf * u.zf - dh * u.zs))};
}

// m and all dm through free precession, in place.
inline void precess_with_gradient(const TissueLanes& p, const Precession& f, Vec4& m, Vec4 (&dm)[n_param]) {
  const Pair u{m.zf - p.m0f, m.zs - p.m0s};
  for (int i = 0; i < n_param; ++i) dm[i] = precess_linear(f, dm[i]);
  const Vec4 next = precess(p, f, m);
  const V zero = splat(0), half = splat(0.5);
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
  add(3, -half, (p.m0f - p.m0s) * 0.5, p.m0f, p.m0s);
  add(4, -half, half, zero, zero);
  dm[6].x -= f.t * next.y;
  dm[6].y += f.t * next.x;
  m = next;
}

struct InversionFactors {
  V x, zf, dx_db1, dzf_db1;
};
// diag(sin^2(th/2), -sin^2(th/2), cos(th)) with th = b1 alpha.
inline InversionFactors inversion(const TissueLanes& p, double alpha) {
  const Complex e = exp(Complex{splat(0), p.b1 * alpha});
  return {(1 - e.re) * 0.5, e.re, e.im * (0.5 * alpha), -e.im * alpha};
}

inline Pulse pulse_of(const CycleArgs& a, const CycleWork& w, const TissueLanes& p, int k) {
  const double* rate = w.rate + k * 3 * lanes;
  return make_pulse(p.m0s, p.m0f, p.r1f, p.r2f, p.rx, p.r1s, p.w0, p.b1 * (a.alpha_rad[k] / a.trf_s[k]), load(rate),
                    a.trf_s[k]);
}

inline PulseGradient pulse_gradient_of(const CycleArgs& a, const CycleWork& w, const TissueLanes& p, int k) {
  const double* rate = w.rate + k * 3 * lanes;
  return {pulse_of(a, w, p, k), splat(a.alpha_rad[k] / a.trf_s[k]), load(rate + lanes), load(rate + 2 * lanes)};
}

inline void store_column(const CycleWork& w, int k, int column, const Vec4& m) {
  store(w.map_xy + ((k * 2 + 0) * n_state + column) * lanes, m.x);
  store(w.map_xy + ((k * 2 + 1) * n_state + column) * lanes, m.y);
}

void maps(const CycleArgs& a, CycleWork& w) {
  tabulate_rates(a, w);
  const TissueLanes p = load_tissue(a);
  const V one = splat(1), zero = splat(0);
  Vec4 column[n_state] = {{one, zero, zero, zero}, {zero, one, zero, zero}, {zero, zero, one, zero}, {zero, zero, zero, one}};
  Vec4 offset{zero, zero, zero, zero};
  for (int j = 0; j < n_state; ++j) store_column(w, 0, j, column[j]);
  store(w.offset_xy, zero);
  store(w.offset_xy + lanes, zero);
  for (int k = 1; k < a.n_pulse; ++k) {
    const Precession f = precession(p, (a.tr_s - a.trf_s[k]) / 2);
    const Pulse pulse = pulse_of(a, w, p, k);
    for (int j = 0; j < n_state; ++j) {
      const Vec4 m = precess_linear(f, column[j]);
      State5 s{-m.x, -m.y, m.zf, splat(0), m.zs};
      apply<false>(pulse, s);
      column[j] = precess_linear(f, {s.x, s.y, s.zf, s.zs});
      store_column(w, k, j, column[j]);
    }
    const Vec4 m = precess(p, f, offset);
    State5 s{-m.x, -m.y, m.zf, splat(0), m.zs};
    apply<true>(pulse, s);
    offset = precess(p, f, {s.x, s.y, s.zf, s.zs});
    store(w.offset_xy + (k * 2 + 0) * lanes, offset.x);
    store(w.offset_xy + (k * 2 + 1) * lanes, offset.y);
  }
  const Precession f = precession(p, a.tr_s / 2);
  const InversionFactors inv = inversion(p, a.alpha_rad[0]);
  const V z_end = load(w.rate);
  for (int j = 0; j <= n_state; ++j) {
    const bool affine = j == n_state;
    const Vec4 m = affine ? precess(p, f, offset) : precess_linear(f, column[j]);
    const Vec4 after{-inv.x * m.x, inv.x * m.y, inv.zf * m.zf, z_end * m.zs};
    const Vec4 end = affine ? precess(p, f, after) : precess_linear(f, after);
    const V rows[n_state] = {end.x, end.y, end.zf, end.zs};
    for (int i = 0; i < n_state; ++i)
      store(affine ? w.cycle_offset + i * lanes : w.cycle_map + (i * n_state + j) * lanes, rows[i]);
  }
}

void signals(const CycleArgs& a, CycleWork& w) {
  for (int k = 0; k < a.n_pulse * 2; ++k) {
    V sum = load(w.offset_xy + k * lanes);
    for (int j = 0; j < n_state; ++j) sum += load(w.map_xy + (k * n_state + j) * lanes) * load(w.state + j * lanes);
    store(w.signal + k * lanes, sum);
  }
}

void add_periodic(const CycleArgs& a, CycleWork& w, const double* dm_0) {
  for (int k = 0; k < a.n_pulse; ++k)
    for (int row = 0; row < 2; ++row) {
      const double* map = w.map_xy + (k * 2 + row) * n_state * lanes;
      for (int i = 0; i < n_param; ++i) {
        double* g = w.gradient + ((k * n_param + i) * 2 + row) * lanes;
        V sum = load(g);
        for (int j = 0; j < n_state; ++j) sum += load(map + j * lanes) * load(dm_0 + (i * n_state + j) * lanes);
        store(g, sum);
      }
    }
}

inline void store_gradient(const CycleWork& w, int k, const Vec4 (&dm)[n_param]) {
  for (int i = 0; i < n_param; ++i) {
    store(w.gradient + ((k * n_param + i) * 2 + 0) * lanes, dm[i].x);
    store(w.gradient + ((k * n_param + i) * 2 + 1) * lanes, dm[i].y);
  }
}

// Echo k - 1 to echo k of a balanced pulse, with derivatives.
inline void advance_with_gradient(const CycleArgs& a, const CycleWork& w, const TissueLanes& p, int k, Vec4& m,
                                  Vec4 (&dm)[n_param]) {
  const Precession f = precession(p, (a.tr_s - a.trf_s[k]) / 2);
  const PulseGradient g = pulse_gradient_of(a, w, p, k);
  precess_with_gradient(p, f, m, dm);
  State5 s{-m.x, -m.y, m.zf, splat(0), m.zs}, ds[n_param];
  for (int i = 0; i < n_param; ++i) ds[i] = {-dm[i].x, -dm[i].y, dm[i].zf, splat(0), dm[i].zs};
  apply_with_gradient(g, s, ds);
  m = {s.x, s.y, s.zf, s.zs};
  for (int i = 0; i < n_param; ++i) dm[i] = {ds[i].x, ds[i].y, ds[i].zf, ds[i].zs};
  precess_with_gradient(p, f, m, dm);
}

inline Vec4 load_state(const double* from) {
  return {load(from), load(from + lanes), load(from + 2 * lanes), load(from + 3 * lanes)};
}

inline void store_state(double* to, const Vec4& m) {
  store(to, m.x);
  store(to + lanes, m.y);
  store(to + 2 * lanes, m.zf);
  store(to + 3 * lanes, m.zs);
}

void derivatives(const CycleArgs& a, CycleWork& w) {
  const TissueLanes p = load_tissue(a);
  Vec4 m = load_state(w.state);
  Vec4 dm[n_param];
  for (Vec4& d : dm) d = {splat(0), splat(0), splat(0), splat(0)};
  store_gradient(w, 0, dm);
  for (int k = 1; k < a.n_pulse; ++k) {
    advance_with_gradient(a, w, p, k, m, dm);
    store_gradient(w, k, dm);
  }
  const Precession f = precession(p, a.tr_s / 2);
  const InversionFactors inv = inversion(p, a.alpha_rad[0]);
  const V z_end = load(w.rate), dz_dt2 = load(w.rate + lanes), dz_db1 = load(w.rate + 2 * lanes);
  precess_with_gradient(p, f, m, dm);
  for (Vec4& d : dm) d = {-inv.x * d.x, inv.x * d.y, inv.zf * d.zf, z_end * d.zs};
  dm[5].zs += dz_dt2 * m.zs;
  dm[7].x -= inv.dx_db1 * m.x;
  dm[7].y += inv.dx_db1 * m.y;
  dm[7].zf += inv.dzf_db1 * m.zf;
  dm[7].zs += dz_db1 * m.zs;
  m = {-inv.x * m.x, inv.x * m.y, inv.zf * m.zf, z_end * m.zs};
  precess_with_gradient(p, f, m, dm);
  for (int i = 0; i < n_param; ++i) store_state(w.state_gradient + i * n_state * lanes, dm[i]);
}

}  // namespace
}  // namespace crbrt::physics::kernel
