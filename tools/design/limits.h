/// What every pulse and the whole train must obey.
#pragma once

#include <string>

#include "physics/sequence.h"

namespace crbrt::design {

/// The defaults are those of the published trains.
struct Limits {
  double alpha_max_rad = 2.2;  ///< balanced pulses: R2sl exists with room to spare
  double trf_min_s = 100e-6;
  double trf_max_s = 500e-6;
  double energy_rad2_per_s = 1.1411e6;  ///< sum alpha^2 / trf, inversion included
  double b1_rms_ut = 2.0;
  double b1_peak_ut = 23.5;
};

/// Empty when the sequence obeys, else one line: which pulse or figure, the limit, what was found.
std::string why_over_limit(const physics::Sequence& sequence, const Limits& limits);

}  // namespace crbrt::design
