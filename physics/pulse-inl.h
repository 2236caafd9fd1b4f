// One rectangular pulse on (x_free, y_free, z_free, x_semi, z_semi): the Taylor series of the exponential acting on vectors,
// in Horner form, and its derivative in the direction of every parameter; and the evaluation of the rate tables in lanes.
#pragma once

#include "physics/lanes.h"

namespace crbrt::physics::kernel {
namespace {

struct State5 {
  V x, y, zf, xs, zs;
};

// The generator times the step, and the inhomogeneous terms.
struct Pulse {
  V r2f, w0, w1, zz_f, zz_s, f_to_s, s_to_f, r2s, c_f, c_s;
  V rx, m0f, m0s, r1f, r1s;  // times nothing: the derivatives' entries
  double step;
  TaylorPlan plan;
};

inline Pulse make_pulse(V m0s, V m0f, V r1f, V r2f, V rx, V r1s, V w0, V w1, V r2sl, double trf) {
  Pulse p;
  // Row sums of the generator bound its norm.
  const V size = r2sl + w1 + rx + r1f + r1s;
  const double norm =
      (max_abs(size) > max_abs(w0) + max_abs(w1) + max_abs(r2f) ? max_abs(size) : max_abs(w0) + max_abs(w1) + max_abs(r2f)) *
      trf;
  p.plan = taylor_plan(norm);
  p.step = trf / p.plan.n_step;
  p.r2f = r2f * p.step;
  p.w0 = w0 * p.step;
  p.w1 = w1 * p.step;
  p.s_to_f = rx * m0f * p.step;
  p.f_to_s = rx * m0s * p.step;
  p.zz_f = r1f * p.step + p.f_to_s;
  p.zz_s = r1s * p.step + p.s_to_f;
  p.r2s = r2sl * p.step;
  p.c_f = r1f * m0f * p.step;
  p.c_s = r1s * m0s * p.step;
  p.rx = rx;
  p.m0f = m0f;
  p.m0s = m0s;
  p.r1f = r1f;
  p.r1s = r1s;
  return p;
}

inline State5 generator(const Pulse& p, const State5& v) {
  return {p.w1 * v.zf - p.w0 * v.y - p.r2f * v.x, p.w0 * v.x - p.r2f * v.y, p.s_to_f * v.zs - p.w1 * v.x - p.zz_f * v.zf,
          p.w1 * v.zs - p.r2s * v.xs, p.f_to_s * v.zf - p.w1 * v.xs - p.zz_s * v.zs};
}

inline State5 horner_step(const State5& start, double inverse_n, const State5& g) {
  return {start.x + inverse_n * g.x, start.y + inverse_n * g.y, start.zf + inverse_n * g.zf, start.xs + inverse_n * g.xs,
          start.zs + inverse_n * g.zs};
}

// affine: with the recovery terms (a constant component of 1 that every Horner level sees).
template <bool affine>
inline void apply(const Pulse& p, State5& v) {
  for (int step = 0; step < p.plan.n_step; ++step) {
    const State5 start = v;
    for (int n = p.plan.degree; n > 0; --n) {
      State5 g = generator(p, v);
      if (affine) {
        g.zf += p.c_f;
        g.zs += p.c_s;
      }
      v = horner_step(start, 1.0 / n, g);
    }
  }
}

struct PulseGradient {
  Pulse pulse;
  V dw1_db1, dr2s_dt2, dr2s_db1;
};

// dgenerator/dparameter[i] v (+ derivative of the recovery terms), times the step.
inline State5 generator_derivative(const PulseGradient& g, int parameter, const State5& v) {
  const V zero = splat(0);
  const Pulse& p = g.pulse;
  State5 d{zero, zero, zero, zero, zero};
  switch (parameter) {
    case 0: {
      const V flow = p.rx * (v.zf + v.zs);
      d.zf = -flow - p.r1f;
      d.zs = flow + p.r1s;
      break;
    }
    case 1: d.zf = p.m0f - v.zf; break;
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
    case 4: d.zs = p.m0s - v.zs; break;
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

inline constexpr int max_degree = 64;

template <int parameter>
inline void gradient_of_step(const PulseGradient& g, const State5* level, State5& dv) {
  const State5 start = dv;
  for (int n = g.pulse.plan.degree; n > 0; --n) {
    const State5 a = generator(g.pulse, dv), b = generator_derivative(g, parameter, level[n]);
    dv = horner_step(start, 1.0 / n, {a.x + b.x, a.y + b.y, a.zf + b.zf, a.xs + b.xs, a.zs + b.zs});
  }
}

// v and all dv through the pulse. Horner levels of v are kept, since level n of dv needs level n of v.
inline void apply_with_gradient(const PulseGradient& g, State5& v, State5 (&dv)[n_param]) {
  const Pulse& p = g.pulse;
  State5 level[max_degree + 1];
  for (int step = 0; step < p.plan.n_step; ++step) {
    const State5 start = v;
    for (int n = p.plan.degree; n > 0; --n) {
      level[n] = v;
      State5 f = generator(p, v);
      f.zf += p.c_f;
      f.zs += p.c_s;
      v = horner_step(start, 1.0 / n, f);
    }
    gradient_of_step<0>(g, level, dv[0]);
    gradient_of_step<1>(g, level, dv[1]);
    gradient_of_step<2>(g, level, dv[2]);
    gradient_of_step<3>(g, level, dv[3]);
    gradient_of_step<4>(g, level, dv[4]);
    gradient_of_step<5>(g, level, dv[5]);
    gradient_of_step<6>(g, level, dv[6]);
    gradient_of_step<7>(g, level, dv[7]);
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
inline TableValue evaluate(const Table& t, V x, V y) {
  const V u = (x - t.x_mid) * (1 / t.x_half), v = (y - t.y_mid) * (1 / t.y_half), zero = splat(0), one = splat(1);
  Polynomial py[max_table];
  py[0] = {one, zero, zero};
  py[1] = {v, one, zero};
  for (int j = 2; j < t.n_y; ++j) py[j] = next_polynomial<curvature>(v, py[j - 1], py[j - 2]);
  Polynomial px{one, zero, zero}, px_next{u, one, zero};
  TableValue r{zero, zero, zero, zero, zero, zero};
  for (int i = 0; i < t.n_x; ++i) {
    const double* c = t.coefficients + i * t.n_y;
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
  const double sx = 1 / t.x_half, sy = 1 / t.y_half;
  return {r.f, r.df_dx * sx, r.df_dy * sy, r.df_dxx * (sx * sx), r.df_dxy * (sx * sy), r.df_dyy * (sy * sy)};
}

}  // namespace
}  // namespace crbrt::physics::kernel
