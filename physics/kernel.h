// SPDX-License-Identifier: Apache-2.0
/// The propagation kernel behind Simulator: one cycle of pulses for `lanes` fingerprints side by side in SIMD lanes.
/// Compiled once per ISA from kernel-inl.h; plain arrays only, so that no std code is compiled for a special ISA.
///
/// Arrays of lane values are Real[...][lanes], Real being double or float. States are (x_free, y_free, z_free, z_semi) at an
/// echo, where x_semi = 0.
#pragma once

namespace crbrt::physics::kernel {

/// Fingerprints side by side in one vector of 32 bytes: 4 doubles or 8 floats.
template <typename Real>
inline constexpr int lanes_of = static_cast<int>(32 / sizeof(Real));
inline constexpr int n_param = 8;  // order of Parameter
inline constexpr int n_state = 4;

/// Chebyshev2d as plain data.
template <typename Real>
struct BasicTable {
  Real x_mid, x_half, y_mid, y_half;
  int n_x, n_y;
  const Real* coefficients;
  const int* row_length;
};

/// The Taylor polynomial of one pulse: n_step equal steps of this degree.
struct TaylorPlan {
  int degree, n_step;
};

inline constexpr int max_degree = 64;

/// How many terms the series of free precession and inversion take. Like TaylorPlan it follows from the domain of tissues
/// (physics/series_plan.h) and never from the tissues that happen to share the lanes, so that a lane's bits are its own.
struct ClosedFormPlan {
  int n_square_transversal;  // exp((-r2f + i w0) t)
  int n_square_recovery;     // exp(mu t)
  int n_square_inversion;    // exp(i b1 alpha)
  int n_hyperbolic_term;
  bool is_fast;  // exchange so fast that the hyperbolic series would overflow, or lose what decays to cancellation
};

template <typename Real>
struct BasicCycleArgs {
  int n_pulse;
  Real tr_s;
  const Real* alpha_rad;    // [n_pulse]; [0] is the crushed inversion
  const Real* trf_s;        // [n_pulse]
  const Real* log_trf;      // [n_pulse]
  BasicTable<Real> rho;     // of the balanced pulses
  BasicTable<Real> z_end;   // of the inversion
  const Real* tissue;       // [n_param][lanes]
  const Real* log_t2_semi;  // [lanes]
  const TaylorPlan* plan;   // [n_pulse]; [0] is unused
  ClosedFormPlan closed_form;
};

/// Scratch and results of one cycle. Echo k of the cycle is m_k = map[k] m_0 + offset[k], rows x and y only.
template <typename Real>
struct BasicCycleWork {
  Real* rate;            // [n_pulse][3][lanes]: R2sl, dR2sl/dT2s, dR2sl/dB1 ([0]: z_end and its derivatives)
  Real* map_xy;          // [n_pulse][2][n_state][lanes]
  Real* offset_xy;       // [n_pulse][2][lanes]
  Real* cycle_map;       // [n_state][n_state][lanes], row-major: the whole cycle
  Real* cycle_offset;    // [n_state][lanes]
  Real* state;           // [n_state][lanes]: in: the periodic state at echo 0
  Real* state_gradient;  // [n_param][n_state][lanes]: out of derivatives(): d(cycle map m_0 + offset)/dtheta at fixed m_0
  Real* signal;          // [n_pulse][2][lanes]
  Real* gradient;        // [n_pulse][n_param][2][lanes]
};

using Table = BasicTable<double>;
using CycleArgs = BasicCycleArgs<double>;
using CycleWork = BasicCycleWork<double>;

/// The recursion of the derivatives backwards, for a cost of all echoes and their derivatives. "Parts" are the echo itself,
/// then its derivative by each parameter.
struct AdjointWork {
  double* trace;       // [n_pulse][1 + n_param][n_state][lanes]: all parts at every echo, as trace() leaves them
  const double* seed;  // [n_pulse][1 + n_param][2][lanes]: d cost / d part
  double* adjoint;     // [1 + n_param][n_state][lanes]: in: what the next cycle passes back to this one's last echo; out: what
                       // this one passes back from its echo 0, seed[0] included
  double* slope;       // [n_pulse][2][lanes]: d cost / d alpha and d cost / d trf are added; the inversion's stay as they are
};

template <typename Real>
struct Functions {
  /// Rates, echo maps and the cycle's affine map.
  void (*maps)(const BasicCycleArgs<Real>&, BasicCycleWork<Real>&);
  /// signal[k] = map_xy[k] state + offset_xy[k].
  void (*signals)(const BasicCycleArgs<Real>&, BasicCycleWork<Real>&);
  /// gradient[k] = d echo k / dtheta at fixed m_0 = state, and state_gradient; needs maps() first.
  void (*derivatives)(const BasicCycleArgs<Real>&, BasicCycleWork<Real>&);
  /// gradient[k] += map_xy[k] dm_0, dm_0 [n_param][n_state][lanes].
  void (*add_periodic)(const BasicCycleArgs<Real>&, BasicCycleWork<Real>&, const Real* dm_0);
};

struct AdjointFunctions {
  /// Fills trace from the periodic state and its derivatives dm_0; needs maps() first.
  void (*trace)(const CycleArgs&, const CycleWork&, const double* dm_0, AdjointWork&);
  /// One sweep from the last echo to the first, for pulses whose duration is at most max_adjoint_tau T2s.
  void (*backward)(const CycleArgs&, const CycleWork&, AdjointWork&);
  /// The same where only the echo's own adjoint is not zero, and seeds are left out: the part that backward() could not know
  /// before it ended, what the next cycle passes back.
  void (*backward_echo)(const CycleArgs&, const CycleWork&, AdjointWork&);
};

/// Bounds the substeps of a pulse, whose states the backward sweep keeps: R2sl stays below 1 / T2s.
inline constexpr double max_adjoint_tau = 200;

const Functions<double>& baseline_double();
const Functions<float>& baseline_single();
const AdjointFunctions& baseline_adjoint();
// Only where CRBRT_PHYSICS_AVX2 is defined.
const Functions<double>& avx2_double();
const Functions<float>& avx2_single();
const AdjointFunctions& avx2_adjoint();

}  // namespace crbrt::physics::kernel
