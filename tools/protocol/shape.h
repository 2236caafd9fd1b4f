/// The formula behind a pulse train of ours: two smooth curves over the cycle, a few dozen numbers in all.
///
/// Pulse 0 is the inversion: pi in 500 us. For pulse k = 1 .. n-1 and u = (k - 1) / (n - 2):
///   alpha_k = gain * A(u),   trf_k = min((T(u)^8 + (A(u) / w1_max)^8)^(1/8), trf_max)
/// with A = B(u; alpha_rad), T = exp B(u; log trf_s) and B a clamped uniform cubic B-spline. trf_k is a smooth maximum of what
/// the shape asks for and what the peak of B1 allows. B lies in the convex hull of its coefficients, so coefficients within
/// the limits give pulses within the limits; gain <= 1 is the largest that keeps the RF energy.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "physics/sequence.h"

namespace crbrt::protocol {

/// What every pulse and the whole train must obey (physics.md, figures of the published train).
struct Limits {
  double alpha_max_rad = 2.2;  ///< balanced pulses: R2sl exists with room to spare
  double trf_min_s = 100e-6;
  double trf_max_s = 500e-6;
  double energy_rad2_per_s = 1.1411e6;  ///< sum alpha^2 / trf, inversion included
  double b1_rms_ut = 2.0;
  double b1_peak_ut = 23.5;
};

struct Shape {
  std::string name;
  double tr_s = 3.5e-3;
  std::size_t n_pulse = 1142;
  std::vector<double> alpha_rad;  ///< spline coefficients, at least four
  std::vector<double> trf_s;      ///< the same for durations
};

/// Durations as the formula gives them (for an optimiser), or rounded up to whole microseconds and angles cut to 1e-6 rad (for
/// a scanner, and for text that is exact).
enum class Durations { continuous, whole_microseconds };
physics::Sequence expand(const Shape& shape, const Limits& limits, Durations durations);

/// Empty when the sequence obeys, else one line: which pulse or figure, the limit, what was found.
std::string why_over_limit(const physics::Sequence& sequence, const Limits& limits);

/// JSON {"name", "tr_s", "n_pulse", "alpha_rad": [...], "trf_s": [...]}. Throws cli::InputError.
Shape read_shape(const std::string& path);
std::string shape_text(const Shape& shape);

}  // namespace crbrt::protocol
