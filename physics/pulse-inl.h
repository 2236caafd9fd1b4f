// SPDX-License-Identifier: Apache-2.0
// One rectangular pulse on (x_free, y_free, z_free, x_semi, z_semi): the Taylor series of the exponential acting on vectors,
// in Horner form, and its derivative in the direction of every parameter; and the evaluation of the rate tables in lanes.
#pragma once

#include "physics/precession-inl.h"

namespace crbrt::physics::kernel {
namespace {

struct State5 {
  V x, y, zf, xs, zs;
};

// The generator times the step, and the inhomogeneous terms. x_semi decays so fast that a Taylor series of the generator X
// itself would need many terms and lose digits to cancellation; exp(X) = exp(-shift) exp(X + shift), with half of that decay as
// the shift, needs half as many and loses none.
struct Pulse {
  V diagonal_xy, diagonal_zf, diagonal_xs, diagonal_zs;  // of X + shift
  V w0, w1, f_to_s, s_to_f, c_f, c_s;
  V shift, unshift;          // and exp(-shift)
  V rx, m0f, m0s, r1f, r1s;  // times nothing: the derivatives' entries
  Real step;
  TaylorPlan plan;
};

// 1 / n of the Horner levels: a table, because a division takes as long as the level.
struct Reciprocals {
  Real of[max_degree + 1];
  constexpr Reciprocals() : of{} {
    for (int n = 1; n <= max_degree; ++n) of[n] = Real(1) / n;
  }
  constexpr Real operator[](int n) const { return of[n]; }
};
inline constexpr Reciprocals reciprocal;

enum class Shift { none, half_decay };

// exp(-x) for 0 <= x <= 16, a bound that series_plan.h keeps: exp - 1 by a polynomial of degree 18 of x / 16 (remainder 1e-17),
// squared four times. It scales whole states in every pulse, so its digits count.
inline V decay(V x) {
  const V u = x * (Real(-1) / 16);
  V e = splat(0);
  for (int n = 18; n > 0; --n) e = u * (1 + e) * reciprocal[n];
  for (int i = 0; i < 4; ++i) e *= 2 + e;
  return 1 + e;
}

template <Shift kind>
inline Pulse make_pulse(const TissueLanes& t, V w1, V r2sl, Real trf, TaylorPlan plan) {
  Pulse p;
  p.plan = plan;
  p.step = trf / plan.n_step;
  p.w0 = t.w0 * p.step;
  p.w1 = w1 * p.step;
  p.s_to_f = t.rx * t.m0f * p.step;
  p.f_to_s = t.rx * t.m0s * p.step;
  p.c_f = t.r1f * t.m0f * p.step;
  p.c_s = t.r1s * t.m0s * p.step;
  const V r2s = r2sl * p.step;
  p.shift = kind == Shift::half_decay ? r2s * Real(0.5) : splat(0);
  p.unshift = kind == Shift::half_decay ? decay(p.shift) : splat(1);
  p.diagonal_xy = p.shift - t.r2f * p.step;
  p.diagonal_zf = p.shift - t.r1f * p.step - p.f_to_s;
  p.diagonal_xs = p.shift - r2s;
  p.diagonal_zs = p.shift - t.r1s * p.step - p.s_to_f;
  p.rx = t.rx;
  p.m0f = t.m0f;
  p.m0s = t.m0s;
  p.r1f = t.r1f;
  p.r1s = t.r1s;
  return p;
}

inline State5 generator(const Pulse& p, const State5& v) {
  return {p.w1 * v.zf - p.w0 * v.y + p.diagonal_xy * v.x, p.w0 * v.x + p.diagonal_xy * v.y,
          p.s_to_f * v.zs - p.w1 * v.x + p.diagonal_zf * v.zf, p.w1 * v.zs + p.diagonal_xs * v.xs,
          p.f_to_s * v.zf - p.w1 * v.xs + p.diagonal_zs * v.zs};
}

inline State5 horner_step(const State5& start, Real inverse_n, const State5& g) {
  return {start.x + inverse_n * g.x, start.y + inverse_n * g.y, start.zf + inverse_n * g.zf, start.xs + inverse_n * g.xs,
          start.zs + inverse_n * g.zs};
}

inline State5 sum(const State5& a, const State5& b) { return {a.x + b.x, a.y + b.y, a.zf + b.zf, a.xs + b.xs, a.zs + b.zs}; }
inline State5 scaled(V f, const State5& a) { return {f * a.x, f * a.y, f * a.zf, f * a.xs, f * a.zs}; }

// affine: with the recovery terms, which act on a constant component of 1 that every Horner level shifts, too. n_column states
// at once, for the same reason as in gradients_of_step().
template <bool affine, int n_column>
inline void apply(const Pulse& p, State5 (&v)[n_column]) {
  for (int step = 0; step < p.plan.n_step; ++step) {
    State5 start[n_column];
    for (int j = 0; j < n_column; ++j) start[j] = v[j];
    V one = splat(1);
    for (int n = p.plan.degree; n > 0; --n) {
      const Real inverse_n = reciprocal[n];
#pragma GCC unroll 4
      for (int j = 0; j < n_column; ++j) {
        State5 g = generator(p, v[j]);
        if (affine) {
          g.zf += p.c_f * one;
          g.zs += p.c_s * one;
        }
        v[j] = horner_step(start[j], inverse_n, g);
      }
      if (affine) one = 1 + p.shift * one * inverse_n;
    }
    for (int j = 0; j < n_column; ++j) v[j] = scaled(p.unshift, v[j]);
  }
}

struct PulseGradient {
  Pulse pulse;
  V dw1_db1, dr2s_dt2, dr2s_db1;
};

// dgenerator/dparameter[i] v (+ derivative of the recovery terms, which act on the constant component), times the step.
inline State5 generator_derivative(const PulseGradient& g, int parameter, const State5& v, V one) {
  const V zero = splat(0);
  const Pulse& p = g.pulse;
  State5 d{zero, zero, zero, zero, zero};
  switch (parameter) {
    case 0: {
      const V flow = p.rx * (v.zf + v.zs);
      d.zf = -flow - p.r1f * one;
      d.zs = flow + p.r1s * one;
      break;
    }
    case 1: d.zf = p.m0f * one - v.zf; break;
    case 2:
      d.x = -v.x;
      d.y = -v.y;
      break;
    case 3: {
      const V flow = p.m0s * v.zf - p.m0f * v.zs;
      d.zf = -flow;
      d.zs = flow;
      break;
    }
    case 4: d.zs = p.m0s * one - v.zs; break;
    case 5: d.xs = -g.dr2s_dt2 * v.xs; break;
    case 6:
      d.x = -v.y;
      d.y = v.x;
      break;
    default:
      d.x = g.dw1_db1 * v.zf;
      d.zf = -g.dw1_db1 * v.x;
      d.xs = g.dw1_db1 * v.zs - g.dr2s_db1 * v.xs;
      d.zs = -g.dw1_db1 * v.xs;
  }
  const V h = splat(p.step);
  return {d.x * h, d.y * h, d.zf * h, d.xs * h, d.zs * h};
}

struct Level {
  State5 v;
  V one;
};

// Two directions at once: the recursion of one is a chain of dependent multiply-adds that leaves the core half idle.
template <int first, int second>
inline void gradients_of_step(const PulseGradient& g, const Level* level, State5 (&dv)[n_param]) {
  State5 u = dv[first], v = dv[second];
  const State5 start_u = u, start_v = v;
  for (int n = g.pulse.plan.degree; n > 0; --n) {
    const Real inverse_n = reciprocal[n];
    const State5 du = generator_derivative(g, first, level[n].v, level[n].one);
    const State5 dw = generator_derivative(g, second, level[n].v, level[n].one);
    u = horner_step(start_u, inverse_n, sum(generator(g.pulse, u), du));
    v = horner_step(start_v, inverse_n, sum(generator(g.pulse, v), dw));
  }
  dv[first] = scaled(g.pulse.unshift, u);
  dv[second] = scaled(g.pulse.unshift, v);
}

// v and all dv through the pulse. Horner levels of v are kept, since level n of dv needs level n of v.
inline void apply_with_gradient(const PulseGradient& g, State5& v, State5 (&dv)[n_param]) {
  const Pulse& p = g.pulse;
  Level level[max_degree + 1];
  for (int step = 0; step < p.plan.n_step; ++step) {
    const State5 start = v;
    V one = splat(1);
    for (int n = p.plan.degree; n > 0; --n) {
      level[n] = {v, one};
      State5 f = generator(p, v);
      f.zf += p.c_f * one;
      f.zs += p.c_s * one;
      v = horner_step(start, reciprocal[n], f);
      one = 1 + p.shift * one * reciprocal[n];
    }
    v = scaled(p.unshift, v);
    gradients_of_step<0, 1>(g, level, dv);
    gradients_of_step<2, 3>(g, level, dv);
    gradients_of_step<4, 5>(g, level, dv);
    gradients_of_step<6, 7>(g, level, dv);
  }
}

struct TableValue {
  V f, df_dx, df_dy;
  V df_dxx, df_dxy, df_dyy;  // zero unless asked for
};

inline constexpr int max_table = 64;

// T_j and its first two derivatives by the three-term recurrence.
struct Polynomial {
  V t, d, dd;
};
template <bool curvature>
inline Polynomial next_polynomial(V u, const Polynomial& now, const Polynomial& before) {
  return {2 * u * now.t - before.t, 2 * now.t + 2 * u * now.d - before.d,
          curvature ? 4 * now.d + 2 * u * now.dd - before.dd : splat(0)};
}

template <bool curvature>
inline TableValue evaluate(const BasicTable<Real>& t, V x, V y) {
  const V u = (x - t.x_mid) * (1 / t.x_half), v = (y - t.y_mid) * (1 / t.y_half), zero = splat(0), one = splat(1);
  Polynomial py[max_table];
  py[0] = {one, zero, zero};
  py[1] = {v, one, zero};
  for (int j = 2; j < t.n_y; ++j) py[j] = next_polynomial<curvature>(v, py[j - 1], py[j - 2]);
  Polynomial px{one, zero, zero}, px_next{u, one, zero};
  TableValue r{zero, zero, zero, zero, zero, zero};
  for (int i = 0; i < t.n_x; ++i) {
    const Real* c = t.coefficients + i * t.n_y;
    V row = zero, drow = zero, ddrow = zero;
    for (int j = 0; j < t.row_length[i]; ++j) {
      row += c[j] * py[j].t;
      drow += c[j] * py[j].d;
      if (curvature) ddrow += c[j] * py[j].dd;
    }
    r.f += px.t * row;
    r.df_dx += px.d * row;
    r.df_dy += px.t * drow;
    if (curvature) {
      r.df_dxx += px.dd * row;
      r.df_dxy += px.d * drow;
      r.df_dyy += px.t * ddrow;
    }
    const Polynomial after = next_polynomial<curvature>(u, px_next, px);
    px = px_next;
    px_next = after;
  }
  const Real sx = 1 / t.x_half, sy = 1 / t.y_half;
  return {r.f, r.df_dx * sx, r.df_dy * sy, r.df_dxx * (sx * sx), r.df_dxy * (sx * sy), r.df_dyy * (sy * sy)};
}

}  // namespace
}  // namespace crbrt::physics::kernel
