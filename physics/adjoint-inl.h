// SPDX-License-Identifier: Apache-2.0
// The recursions of kernel-inl.h backwards: from d cost / d (echo, its derivatives) to d cost / d (flip angle, duration) of
// every balanced pulse in one sweep. n_part is 9 (an echo and its derivatives) or 1 (the echo alone).
#pragma once

#include "physics/kernel-inl.h"
#include "physics/pulse_adjoint-inl.h"

namespace crbrt::physics::kernel {
namespace {

// Free precession backwards: u in: adjoint of its end, out: of its start.
inline Vec4 precess_transposed(const Precession& f, const Vec4& u) {
  return {f.e.re * u.x + f.e.im * u.y, f.e.re * u.y - f.e.im * u.x, f.g11 * u.zf + f.g21 * u.zs, f.g12 * u.zf + f.g22 * u.zs};
}

inline void precess_backward(const TissueLanes&, const Precession& f, Vec4 (&u)[1]) { u[0] = precess_transposed(f, u[0]); }

inline void precess_backward(const TissueLanes& p, const Precession& f, Vec4 (&u)[1 + n_param]) {
  TissueLanes swapped = p;  // swapping the pools transposes the matrix of the exchange
  swapped.m0s = p.m0f;
  swapped.m0f = p.m0s;
  Vec4 back = precess_transposed(f, u[0]);
  const V zero = splat(0), half = splat(0.5);
  const auto add = [&](int i, V dmu, V dh, V dfs, V dsf) {
    const Pair d = exchange_derivative(swapped, f, {u[1 + i].zf, u[1 + i].zs}, dmu, dh, dsf, dfs);
    back.zf += d.zf;
    back.zs += d.zs;
  };
  add(0, zero, -p.rx, -p.rx, p.rx);
  add(1, -half, -half, zero, zero);
  add(3, -half, (p.m0f - p.m0s) * 0.5, p.m0f, p.m0s);
  add(4, -half, half, zero, zero);
  for (int i = 0; i < n_param; ++i) u[1 + i] = precess_transposed(f, u[1 + i]);
  back.x += f.t * (u[7].y - u[3].x);
  back.y -= f.t * (u[7].x + u[3].y);
  u[0] = back;
}

// d cost / d time of a free precession that ends in `end`: its equation of motion is a pulse's without a field.
template <int n_part>
inline V precession_slope(const TissueLanes& p, const Vec4 (&u)[n_part], const Vec4 (&end)[n_part]) {
  const V zero = splat(0);
  const PulseGradient g{make_pulse<Shift::none>(p, zero, zero, 1e-3, {3, 1}), zero, zero, zero};
  const auto wide = [zero](const Vec4& m) { return State5{m.x, m.y, m.zf, zero, m.zs}; };
  State5 d = generator(g.pulse, wide(end[0]));
  d.zf += g.pulse.c_f;
  d.zs += g.pulse.c_s;
  V slope = dot(wide(u[0]), d);
#pragma GCC unroll 8
  for (int i = 0; i + 1 < n_part; ++i)
    slope += dot(wide(u[1 + i]), sum(generator(g.pulse, wide(end[1 + i])), generator_derivative(g, i, wide(end[0]), splat(1))));
  return slope / g.pulse.step;
}

// From echo k back to echo k - 1; parts: those at echo k - 1 and k.
template <int n_part>
inline Slopes reverse_balanced(const CycleArgs& a, const CycleWork& w, const TissueLanes& p, int k,
                               const Vec4 (&before)[n_part], const Vec4 (&after)[n_part], Vec4 (&u)[n_part]) {
  constexpr int n_dir = n_part - 1;
  const Precession f = precession(p, a.closed_form, (a.tr_s - a.trf_s[k]) / 2);
  const V w1 = p.b1 * (a.alpha_rad[k] / a.trf_s[k]);
  const PulseGradient g = with_gradient(a, w, k, unshifted_pulse(p, w1, load(w.rate + k * 3 * lanes), a.trf_s[k]));
  V time = precession_slope(p, u, after);
  precess_backward(p, f, u);

  Vec4 middle[n_part];
  middle[0] = before[0];
  if constexpr (n_dir > 0) {
    Vec4 derivatives_before[n_param];
    for (int i = 0; i < n_dir; ++i) derivatives_before[i] = before[1 + i];
    precess_with_gradient(p, f, middle[0], derivatives_before);
    for (int i = 0; i < n_dir; ++i) middle[1 + i] = derivatives_before[i];
  } else {
    middle[0] = precess(p, f, middle[0]);
  }
  PulseParts<n_dir> start, adjoint;
  for (int j = 0; j < n_part; ++j) {
    start.part[j] = enter_pulse(middle[j]);
    adjoint.part[j] = {u[j].x, u[j].y, u[j].zf, splat(0), u[j].zs};
  }
  const Forms forms = reverse_pulse<n_dir>(g, start, adjoint);
  for (int j = 0; j < n_part; ++j) {
    const State5& s = adjoint.part[j];
    u[j] = {-s.x, -s.y, s.zf, s.zs};
  }
  time += precession_slope(p, u, middle);
  precess_backward(p, f, u);
  Slopes slopes = pulse_slopes(a, p, k, g.pulse.plan.n_step, forms);
  slopes.trf -= 0.5 * time;
  return slopes;
}

// From echo 0 of the next cycle back to this one's last.
template <int n_part>
inline void reverse_inversion(const CycleArgs& a, const CycleWork& w, const TissueLanes& p, Vec4 (&u)[n_part]) {
  const Precession f = precession(p, a.closed_form, a.tr_s / 2);
  const InversionFactors inv = inversion(p, a.closed_form, a.alpha_rad[0]);
  const V z_end = load(w.rate), dz_dt2 = load(w.rate + lanes), dz_db1 = load(w.rate + 2 * lanes);
  precess_backward(p, f, u);
  const auto inverted = [&](const Vec4& m) { return Vec4{-inv.x * m.x, inv.x * m.y, inv.zf * m.zf, z_end * m.zs}; };
  Vec4 first = inverted(u[0]);
  if constexpr (n_part > 1) {
    first.x -= inv.dx_db1 * u[8].x;
    first.y += inv.dx_db1 * u[8].y;
    first.zf += inv.dzf_db1 * u[8].zf;
    first.zs += dz_dt2 * u[6].zs + dz_db1 * u[8].zs;
  }
  for (Vec4& part : u) part = inverted(part);
  u[0] = first;
  precess_backward(p, f, u);
}

inline constexpr int n_all = 1 + n_param;

inline double* trace_at(const AdjointWork& t, int k, int part) { return t.trace + (k * n_all + part) * n_state * lanes; }

template <int n_part>
inline void add_seeds(const AdjointWork& t, int k, Vec4 (&u)[n_part]) {
  for (int j = 0; n_part > 1 && j < n_part; ++j) {
    const double* seed = t.seed + (k * n_all + j) * 2 * lanes;
    u[j].x += load(seed);
    u[j].y += load(seed + lanes);
  }
}

template <int n_part>
inline void sweep(const CycleArgs& a, const CycleWork& w, AdjointWork& t) {
  const TissueLanes p = load_tissue(a);
  Vec4 u[n_part], before[n_part], after[n_part];
  for (int j = 0; j < n_part; ++j) {
    u[j] = load_state(t.adjoint + j * n_state * lanes);
    before[j] = load_state(trace_at(t, a.n_pulse - 1, j));
  }
  reverse_inversion(a, w, p, u);
  for (int k = a.n_pulse - 1; k > 0; --k) {
    add_seeds(t, k, u);
    for (int j = 0; j < n_part; ++j) {
      after[j] = before[j];
      before[j] = load_state(trace_at(t, k - 1, j));
    }
    const Slopes slopes = reverse_balanced(a, w, p, k, before, after, u);
    double* out = t.slope + k * 2 * lanes;
    store(out, load(out) + slopes.alpha);
    store(out + lanes, load(out + lanes) + slopes.trf);
  }
  add_seeds(t, 0, u);
  for (int j = 0; j < n_part; ++j) store_state(t.adjoint + j * n_state * lanes, u[j]);
}

void trace(const CycleArgs& a, const CycleWork& w, const double* dm_0, AdjointWork& t) {
  const TissueLanes p = load_tissue(a);
  Vec4 m = load_state(w.state), dm[n_param];
  for (int i = 0; i < n_param; ++i) dm[i] = load_state(dm_0 + i * n_state * lanes);
  for (int k = 0; k < a.n_pulse; ++k) {
    if (k > 0) advance_with_gradient(a, w, p, k, m, dm);
    store_state(trace_at(t, k, 0), m);
    for (int i = 0; i < n_param; ++i) store_state(trace_at(t, k, 1 + i), dm[i]);
  }
}

void backward(const CycleArgs& a, const CycleWork& w, AdjointWork& t) { sweep<n_all>(a, w, t); }
void backward_echo(const CycleArgs& a, const CycleWork& w, AdjointWork& t) { sweep<1>(a, w, t); }

}  // namespace
}  // namespace crbrt::physics::kernel
