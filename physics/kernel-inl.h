// SPDX-License-Identifier: Apache-2.0
// Propagation through one cycle (docs/physics.md Eq. 5 to 7): free precession in closed form, pulses by the Taylor series of
// the exponential acting on vectors (no matrix exponential is formed), and the derivatives of both by the same recursions.
// Included by one source file per ISA; everything here has internal linkage.
#pragma once

#include "physics/precession-inl.h"
#include "physics/pulse-inl.h"

namespace crbrt::physics::kernel {
namespace {

// Rates and derivatives of all pulses: [0] holds z_end of the inversion.
inline void tabulate_rates(const Args& a, Work& w) {
  const TissueLanes t = load_tissue(a);
  const V log_t2 = load(a.log_t2_semi);
  for (int k = 0; k < a.n_pulse; ++k) {
    Real* out = w.rate + k * 3 * lanes;
    const V theta = t.b1 * a.alpha_rad[k];
    if (k > 0 && a.alpha_rad[k] == 0) {  // x_semi stays zero: no rate is needed
      for (int i = 0; i < 3; ++i) store(out + i * lanes, splat(0));
      continue;
    }
    const TableValue value = evaluate<false>(k == 0 ? a.z_end : a.rho, a.log_trf[k] - log_t2, theta * theta);
    const Real inverse = k == 0 ? 1 : 1 / a.trf_s[k];
    store(out, value.f * inverse);
    store(out + lanes, -value.df_dx / t.t2s * inverse);
    store(out + 2 * lanes, value.df_dy * (2 * a.alpha_rad[k] * inverse) * theta);
  }
}

inline Pulse pulse_of(const Args& a, const Work& w, const TissueLanes& p, int k) {
  const Real* rate = w.rate + k * 3 * lanes;
  return make_pulse<Shift::half_decay>(p, p.b1 * (a.alpha_rad[k] / a.trf_s[k]), load(rate), a.trf_s[k], a.plan[k]);
}

inline PulseGradient with_gradient(const Args& a, const Work& w, int k, const Pulse& pulse) {
  const Real* rate = w.rate + k * 3 * lanes;
  return {pulse, splat(a.alpha_rad[k] / a.trf_s[k]), load(rate + lanes), load(rate + 2 * lanes)};
}

// x and y change sign by the RF phase increment; x_semi starts at zero, and what it ends at is lost.
inline State5 enter_pulse(const Vec4& m) { return {-m.x, -m.y, m.zf, splat(0), m.zs}; }
inline Vec4 leave_pulse(const State5& s) { return {s.x, s.y, s.zf, s.zs}; }

inline void store_column(const Work& w, int k, int column, const Vec4& m) {
  store(w.map_xy + ((k * 2 + 0) * n_state + column) * lanes, m.x);
  store(w.map_xy + ((k * 2 + 1) * n_state + column) * lanes, m.y);
}

inline void maps(const Args& a, Work& w) {
  tabulate_rates(a, w);
  const TissueLanes p = load_tissue(a);
  const V one = splat(1), zero = splat(0);
  Vec4 column[n_state] = {{one, zero, zero, zero}, {zero, one, zero, zero}, {zero, zero, one, zero}, {zero, zero, zero, one}};
  Vec4 offset{zero, zero, zero, zero};
  for (int j = 0; j < n_state; ++j) store_column(w, 0, j, column[j]);
  store(w.offset_xy, zero);
  store(w.offset_xy + lanes, zero);
  for (int k = 1; k < a.n_pulse; ++k) {
    const Precession f = precession(p, a.closed_form, (a.tr_s - a.trf_s[k]) / 2);
    const Pulse pulse = pulse_of(a, w, p, k);
    for (int j = 0; j < n_state; j += 2) {
      State5 s[2] = {enter_pulse(precess_linear(f, column[j])), enter_pulse(precess_linear(f, column[j + 1]))};
      apply<false>(pulse, s);
      for (int i = 0; i < 2; ++i) {
        column[j + i] = precess_linear(f, leave_pulse(s[i]));
        store_column(w, k, j + i, column[j + i]);
      }
    }
    State5 s[1] = {enter_pulse(precess(p, f, offset))};
    apply<true>(pulse, s);
    offset = precess(p, f, leave_pulse(s[0]));
    store(w.offset_xy + (k * 2 + 0) * lanes, offset.x);
    store(w.offset_xy + (k * 2 + 1) * lanes, offset.y);
  }
  const Precession f = precession(p, a.closed_form, a.tr_s / 2);
  const InversionFactors inv = inversion(p, a.closed_form, a.alpha_rad[0]);
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

inline void signals(const Args& a, Work& w) {
  for (int k = 0; k < a.n_pulse * 2; ++k) {
    V sum = load(w.offset_xy + k * lanes);
    for (int j = 0; j < n_state; ++j) sum += load(w.map_xy + (k * n_state + j) * lanes) * load(w.state + j * lanes);
    store(w.signal + k * lanes, sum);
  }
}

inline void add_periodic(const Args& a, Work& w, const Real* dm_0) {
  for (int k = 0; k < a.n_pulse; ++k)
    for (int row = 0; row < 2; ++row) {
      const Real* map = w.map_xy + (k * 2 + row) * n_state * lanes;
      for (int i = 0; i < n_param; ++i) {
        Real* g = w.gradient + ((k * n_param + i) * 2 + row) * lanes;
        V sum = load(g);
        for (int j = 0; j < n_state; ++j) sum += load(map + j * lanes) * load(dm_0 + (i * n_state + j) * lanes);
        store(g, sum);
      }
    }
}

inline void store_gradient(const Work& w, int k, const Vec4 (&dm)[n_param]) {
  for (int i = 0; i < n_param; ++i) {
    store(w.gradient + ((k * n_param + i) * 2 + 0) * lanes, dm[i].x);
    store(w.gradient + ((k * n_param + i) * 2 + 1) * lanes, dm[i].y);
  }
}

// Echo k - 1 to echo k of a balanced pulse, with derivatives.
inline void advance_with_gradient(const Args& a, const Work& w, const TissueLanes& p, int k, Vec4& m, Vec4 (&dm)[n_param]) {
  const Precession f = precession(p, a.closed_form, (a.tr_s - a.trf_s[k]) / 2);
  const PulseGradient g = with_gradient(a, w, k, pulse_of(a, w, p, k));
  precess_with_gradient(p, f, m, dm);
  State5 s = enter_pulse(m), ds[n_param];
  for (int i = 0; i < n_param; ++i) ds[i] = enter_pulse(dm[i]);
  apply_with_gradient(g, s, ds);
  m = leave_pulse(s);
  for (int i = 0; i < n_param; ++i) dm[i] = leave_pulse(ds[i]);
  precess_with_gradient(p, f, m, dm);
}

inline void derivatives(const Args& a, Work& w) {
  const TissueLanes p = load_tissue(a);
  Vec4 m = load_state(w.state);
  Vec4 dm[n_param];
  for (Vec4& d : dm) d = {splat(0), splat(0), splat(0), splat(0)};
  store_gradient(w, 0, dm);
  for (int k = 1; k < a.n_pulse; ++k) {
    advance_with_gradient(a, w, p, k, m, dm);
    store_gradient(w, k, dm);
  }
  const Precession f = precession(p, a.closed_form, a.tr_s / 2);
  const InversionFactors inv = inversion(p, a.closed_form, a.alpha_rad[0]);
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
