// What a train may not exceed, in words.
#include "tools/design/limits.h"

#include <cstdio>
#include <numbers>

namespace crbrt::design {

std::string why_over_limit(const physics::Sequence& sequence, const Limits& limits) {
  char text[160];
  const auto line = [&](const char* what, std::size_t pulse, double limit, double found) {
    std::snprintf(text, sizeof text, "pulse %zu: expected %s %g, found %.9g", pulse + 1, what, limit, found);
    return std::string(text);
  };
  constexpr double rounding = 1e-9;  // relative: decimals to doubles
  for (const physics::Cycle& cycle : sequence.cycles) {
    for (std::size_t k = 0; k < cycle.alpha_rad.size(); ++k) {
      const double alpha = cycle.alpha_rad[k], trf = cycle.trf_s[k];
      if (alpha < 0) return line("alpha_rad >=", k, 0, alpha);
      if (alpha > (k == 0 ? std::numbers::pi : limits.alpha_max_rad) * (1 + rounding))
        return line("alpha_rad <=", k, limits.alpha_max_rad, alpha);
      if (trf < limits.trf_min_s * (1 - rounding)) return line("trf_s >=", k, limits.trf_min_s, trf);
      if (trf > limits.trf_max_s * (1 + rounding)) return line("trf_s <=", k, limits.trf_max_s, trf);
    }
  }
  const physics::RfLoad load = physics::rf_load(sequence);
  const auto figure = [&](const char* what, double limit, double found) {
    if (found <= limit * (1 + rounding)) return std::string();
    std::snprintf(text, sizeof text, "expected %s <= %g, found %.9g", what, limit, found);
    return std::string(text);
  };
  if (auto why = figure("RF energy (rad^2/s)", limits.energy_rad2_per_s, load.energy_rad2_per_s); !why.empty()) return why;
  if (auto why = figure("B1 rms (uT)", limits.b1_rms_ut, load.b1_rms_ut); !why.empty()) return why;
  return figure("B1 peak (uT)", limits.b1_peak_ut, load.b1_peak_ut);
}

}  // namespace crbrt::design
