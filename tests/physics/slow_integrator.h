// SPDX-License-Identifier: Apache-2.0
/// A second, slow and independent solution of docs/physics.md: Runge-Kutta steps through every pulse and every free precession,
/// the cycle repeated until it no longer changes, and the semi-solid rate from a trapezoidal solution of its memory equation.
/// It shares no code with physics/ but the plain structs, and makes the goldens.
#pragma once

#include <complex>
#include <vector>

#include "physics/sequence.h"
#include "physics/tissue.h"

namespace crbrt::tests {

/// z_s after a pulse of B1 * alpha = theta lasting trf_s, started at 1 (about 1e-10).
double slow_z_end(double trf_s, double theta_rad, double t2_semi_s);

/// R2sl, 1/s: bisection on the branch of rising z (about 1e-8 relative).
double slow_r2sl(double trf_s, double theta_rad, double t2_semi_s);

/// Echoes of one cycle in its periodic state.
std::vector<std::complex<double>> slow_signal(const physics::Cycle& cycle, double tr_s, const physics::Tissue& tissue);

}  // namespace crbrt::tests
