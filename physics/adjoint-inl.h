// The recursions of kernel-inl.h backwards: from d cost / d (echo, its derivatives) to d cost / d (flip angle, duration) of
// every balanced pulse in one sweep. n_dir is 8 (an echo and its derivatives) or 0 (the echo alone).
#pragma once

#include "physics/kernel-inl.h"

namespace crbrt::physics::kernel {
namespace {

// The transpose of generator().
inline State5 generator_transposed(const Pulse& p, const State5& u) {
  return {p.w0 * u.y - p.w1 * u.zf - p.r2f * u.x, -p.w0 * u.x - p.r2f * u.y, p.w1 * u.x - p.zz_f * u.zf + p.f_to_s * u.zs,
          -p.r2s * u.xs - p.w1 * u.zs, p.s_to_f * u.zf + p.w1 * u.xs - p.zz_s * u.zs};
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
inline State5 sum(const State5& a, const State5& b) { return {a.x + b.x, a.y + b.y, a.zf + b.zf, a.xs + b.xs, a.zs + b.zs}; }
inline State5 difference(const State5& a, const State5& b) {
  return {a.x - b.x, a.y - b.y, a.zf - b.zf, a.xs - b.xs, a.zs - b.zs};
}
inline State5 scaled(double f, const State5& a) { return {f * a.x, f * a.y, f * a.zf, f * a.xs, f * a.zs}; }
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
      next.part[1 + i] =
          horner_step(start.part[1 + i], 1.0 / n, sum(generator(p, now.part[1 + i]), generator_derivative(g, i, now.part[0])));
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
      u.part[1 + i] = scaled(inverse_n, generator_transposed(p, u.part[1 + i]));
    }
    u.part[0] = scaled(inverse_n, first);
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
  const PulseGradient g{make_pulse(p.m0s, p.m0f, p.r1f, p.r2f, p.rx, p.r1s, p.w0, zero, zero, 1e-3), zero, zero, zero};
  const auto wide = [zero](const Vec4& m) { return State5{m.x, m.y, m.zf, zero, m.zs}; };
  State5 d = generator(g.pulse, wide(end[0]));
  d.zf += g.pulse.c_f;
  d.zs += g.pulse.c_s;
  V slope = dot(wide(u[0]), d);
#pragma GCC unroll 8
  for (int i = 0; i + 1 < n_part; ++i)
    slope += dot(wide(u[1 + i]), sum(generator(g.pulse, wide(end[1 + i])), generator_derivative(g, i, wide(end[0]))));
  return slope / g.pulse.step;
}

// x and y change sign by the RF phase increment; x_semi starts at zero, and what it ends at is lost.
inline State5 enter_pulse(const Vec4& m) { return {-m.x, -m.y, m.zf, splat(0), m.zs}; }

// From echo k back to echo k - 1; parts: those at echo k - 1 and k.
template <int n_part>
inline Slopes reverse_balanced(const CycleArgs& a, const CycleWork& w, const TissueLanes& p, int k,
                               const Vec4 (&before)[n_part], const Vec4 (&after)[n_part], Vec4 (&u)[n_part]) {
  constexpr int n_dir = n_part - 1;
  const Precession f = precession(p, (a.tr_s - a.trf_s[k]) / 2);
  const PulseGradient g = pulse_gradient_of(a, w, p, k);
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
  const Precession f = precession(p, a.tr_s / 2);
  const InversionFactors inv = inversion(p, a.alpha_rad[0]);
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
