// SPDX-License-Identifier: Apache-2.0
// One pulse backwards: pulse-inl.h's Horner recursions transposed, and what d cost / d (flip angle, duration) needs of them.
// n_dir is 8 (a state and its derivatives) or 0 (the state alone). Slopes are those of the generator itself, so nothing is
// shifted here, and steps are shorter.
#pragma once

#include "physics/precession-inl.h"
#include "physics/pulse-inl.h"

namespace crbrt::physics::kernel {
namespace {

inline double max_abs(V v) {
  double largest = 0;
  for (int l = 0; l < lanes; ++l) {
    const double a = v[l] < 0 ? -v[l] : v[l];
    if (a > largest) largest = a;
  }
  return largest;
}

// Degree at which the Taylor polynomial of exp has an error below 1e-15 for arguments up to `norm`, and steps before it: beyond
// 8 cancellation eats more than four digits of sixteen.
inline TaylorPlan unshifted_plan(double norm) {
  int n_step = 1;
  while (norm > 8) {
    norm *= n_step / (n_step + 1.0);
    ++n_step;
  }
  int degree = 1;
  for (double term = norm; term > 1e-15; term *= norm / degree) ++degree;
  return {degree < 3 ? 3 : degree, n_step};
}

inline Pulse unshifted_pulse(const TissueLanes& t, V w1, V r2sl, double trf) {
  // Row sums of the generator bound its norm.
  const double longitudinal = max_abs(r2sl + w1 + t.rx + t.r1f + t.r1s),
               transversal = max_abs(t.w0) + max_abs(w1) + max_abs(t.r2f);
  return make_pulse<Shift::none>(t, w1, r2sl, trf,
                                 unshifted_plan((longitudinal > transversal ? longitudinal : transversal) * trf));
}

// The transpose of generator().
inline State5 generator_transposed(const Pulse& p, const State5& u) {
  return {p.w0 * u.y - p.w1 * u.zf + p.diagonal_xy * u.x, p.diagonal_xy * u.y - p.w0 * u.x,
          p.w1 * u.x + p.diagonal_zf * u.zf + p.f_to_s * u.zs, p.diagonal_xs * u.xs - p.w1 * u.zs,
          p.s_to_f * u.zf + p.w1 * u.xs + p.diagonal_zs * u.zs};
}

// The transpose of generator_derivative() without the recovery terms.
inline State5 derivative_transposed(const PulseGradient& g, int parameter, const State5& u) {
  const V zero = splat(0);
  const Pulse& p = g.pulse;
  State5 d{zero, zero, zero, zero, zero};
  switch (parameter) {
    case 0: d.zs = d.zf = p.rx * (u.zs - u.zf); break;
    case 1: d.zf = -u.zf; break;
    case 2:
      d.x = -u.x;
      d.y = -u.y;
      break;
    case 3:
      d.zf = p.m0s * (u.zs - u.zf);
      d.zs = p.m0f * (u.zf - u.zs);
      break;
    case 4: d.zs = -u.zs; break;
    case 5: d.xs = -g.dr2s_dt2 * u.xs; break;
    case 6:
      d.x = u.y;
      d.y = -u.x;
      break;
    default:
      d.x = -g.dw1_db1 * u.zf;
      d.zf = g.dw1_db1 * u.x;
      d.xs = -g.dr2s_db1 * u.xs - g.dw1_db1 * u.zs;
      d.zs = g.dw1_db1 * u.xs;
  }
  const V h = splat(p.step);
  return {d.x * h, d.y * h, d.zf * h, d.xs * h, d.zs * h};
}

inline V dot(const State5& u, const State5& v) { return u.x * v.x + u.y * v.y + u.zf * v.zf + u.xs * v.xs + u.zs * v.zs; }
inline State5 difference(const State5& a, const State5& b) {
  return {a.x - b.x, a.y - b.y, a.zf - b.zf, a.xs - b.xs, a.zs - b.zs};
}
// u^T K v, K the generator of the rotation by w1.
inline V turn(const State5& u, const State5& v) { return u.x * v.zf - u.zf * v.x + u.xs * v.zs - u.zs * v.xs; }

// Inner products of the adjoint of the generator X (times the step) and of its derivatives dX, over all steps and directions:
// with everything that grows with the step, with K, and with the decay of x_semi; for T2s and B1 also those of dX alone.
struct Forms {
  V total, turn, decay, t2_decay, b1_turn, b1_decay;
};

template <int n_dir>
struct PulseParts {
  State5 part[1 + n_dir];
};

inline constexpr int max_step = 32;  // 8 max_step > max_adjoint_tau plus rotation

// Levels of the Horner recursion of one step: level[n] as in apply_with_gradient, with level[0] its end.
template <int n_dir>
inline void horner_levels(const PulseGradient& g, PulseParts<n_dir>* level) {
  const Pulse& p = g.pulse;
  const PulseParts<n_dir>& start = level[p.plan.degree];
  for (int n = p.plan.degree; n > 0; --n) {
    const PulseParts<n_dir>& now = level[n];
    PulseParts<n_dir>& next = level[n - 1];
    State5 f = generator(p, now.part[0]);
    f.zf += p.c_f;
    f.zs += p.c_s;
    next.part[0] = horner_step(start.part[0], 1.0 / n, f);
#pragma GCC unroll 8
    for (int i = 0; i < n_dir; ++i)
      next.part[1 + i] = horner_step(start.part[1 + i], 1.0 / n,
                                     sum(generator(p, now.part[1 + i]), generator_derivative(g, i, now.part[0], splat(1))));
  }
}

// One Taylor step backwards: u in: adjoint of its end, out: of its start.
template <int n_dir>
inline void reverse_step(const PulseGradient& g, const PulseParts<n_dir>* level, PulseParts<n_dir>& u, Forms& forms) {
  const Pulse& p = g.pulse;
  const PulseParts<n_dir>& start = level[p.plan.degree];
  PulseParts<n_dir> start_adjoint = u;
  for (int n = 1; n <= p.plan.degree; ++n) {
    const double inverse_n = 1.0 / n;
    const PulseParts<n_dir>&after = level[n - 1], &before = level[n];
    V turned = splat(0), decayed = splat(0);
    State5 first = generator_transposed(p, u.part[0]);
    for (int j = 0; j <= n_dir; ++j) {
      forms.total += dot(u.part[j], difference(after.part[j], start.part[j]));
      turned += turn(u.part[j], before.part[j]);
      decayed += u.part[j].xs * before.part[j].xs;
    }
    forms.turn += inverse_n * turned;
    forms.decay += inverse_n * decayed;
    if constexpr (n_dir > 0) {
      forms.t2_decay += inverse_n * (u.part[6].xs * before.part[0].xs);
      forms.b1_turn += inverse_n * turn(u.part[8], before.part[0]);
      forms.b1_decay += inverse_n * (u.part[8].xs * before.part[0].xs);
    }
#pragma GCC unroll 8
    for (int i = 0; i < n_dir; ++i) {
      first = sum(first, derivative_transposed(g, i, u.part[1 + i]));
      u.part[1 + i] = scaled(splat(inverse_n), generator_transposed(p, u.part[1 + i]));
    }
    u.part[0] = scaled(splat(inverse_n), first);
    for (int j = 0; j <= n_dir; ++j) start_adjoint.part[j] = sum(start_adjoint.part[j], u.part[j]);
  }
  u = start_adjoint;
}

// A whole pulse backwards. start: the parts before it.
template <int n_dir>
inline Forms reverse_pulse(const PulseGradient& g, const PulseParts<n_dir>& start, PulseParts<n_dir>& u) {
  const TaylorPlan plan = g.pulse.plan;
  PulseParts<n_dir> before[max_step], level[max_degree + 1];
  before[0] = start;
  for (int step = 1; step < plan.n_step; ++step) {
    level[plan.degree] = before[step - 1];
    horner_levels<n_dir>(g, level);
    before[step] = level[0];
  }
  const V zero = splat(0);
  Forms forms{zero, zero, zero, zero, zero, zero};
  for (int step = plan.n_step - 1; step >= 0; --step) {
    level[plan.degree] = before[step];
    horner_levels<n_dir>(g, level);
    reverse_step<n_dir>(g, level, u, forms);
  }
  return forms;
}

// d cost / d alpha and d cost / d trf of a pulse. Its generator is X = trf L + b1 alpha K - rho D (D: decay of x_semi; L holds
// neither), and likewise dX = trf dL, but -rho_t2 D for T2s and alpha K - rho_b1 D for B1.
struct Slopes {
  V alpha, trf;
};
inline Slopes pulse_slopes(const CycleArgs& a, const TissueLanes& p, int k, int n_step, const Forms& f) {
  const double alpha = a.alpha_rad[k], trf = a.trf_s[k];
  const V b1 = p.b1, theta = b1 * alpha;
  const TableValue rho = evaluate<true>(a.rho, a.log_trf[k] - load(a.log_t2_semi), theta * theta);
  const V dy_dalpha = 2 * b1 * theta, dy_db1 = 2 * alpha * theta;
  const V rho_t2 = -rho.df_dx / p.t2s, rho_b1 = rho.df_dy * dy_db1;
  const V of_alpha = b1 * f.turn - rho.df_dy * dy_dalpha * f.decay + rho.df_dxy * dy_dalpha / p.t2s * f.t2_decay + f.b1_turn -
                     (rho.df_dyy * dy_dalpha * dy_db1 + 4 * rho.df_dy * theta) * f.b1_decay;
  // What grows with trf is `total` without what does not; then rho's own dependence on trf.
  const V fixed = rho_t2 * f.t2_decay - alpha * f.b1_turn + rho_b1 * f.b1_decay - theta * f.turn + rho.f * f.decay;
  const V of_rho = rho.df_dx * f.decay - rho.df_dxx / p.t2s * f.t2_decay + rho.df_dxy * dy_db1 * f.b1_decay;
  return {of_alpha / double(n_step), (f.total + (fixed - of_rho) / double(n_step)) / trf};
}

}  // namespace
}  // namespace crbrt::physics::kernel
