// SPDX-License-Identifier: Apache-2.0
/// A short train for tests: an inversion, then pulses that vary in angle and duration as the real ones do.
#pragma once

#include <cmath>
#include <numbers>
#include <vector>

#include "physics/sequence.h"
#include "physics/tissue.h"

namespace crbrt::tests {

inline physics::Sequence short_train(int n_pulse) {
  physics::Sequence sequence{"short", 3.5e-3, {physics::Cycle{}}};
  physics::Cycle& cycle = sequence.cycles[0];
  for (int k = 0; k < n_pulse; ++k) {
    const double phase = 2 * std::numbers::pi * k / n_pulse;
    cycle.alpha_rad.push_back(k == 0 ? std::numbers::pi : 0.6 - 0.55 * std::cos(3 * phase));
    cycle.trf_s.push_back(k == 0 ? 5e-4 : 3e-4 + 2e-4 * std::sin(5 * phase));
  }
  return sequence;
}

inline std::vector<physics::Tissue> brain_tissues() {
  return {{0.17, 0.52, 14.0, 15.0, 2.9, 1.25e-5, 120.0, 0.95},  // white matter, separate relaxation rates
          {0.08, 0.65, 12.0, 20.0, 0.65, 1.0e-5, -350.0, 1.1},  // grey matter, apparent T1
          {0.01, 0.33, 2.0, 10.0, 0.33, 9.0e-6, 0.0, 1.0},      // CSF-like
          {0.25, 1.5, 60.0, 70.0, 1.5, 7.0e-6, 800.0, 0.6},     // far from the others
          {0.12, 0.9, 25.0, 44.0, 0.9, 1.4e-5, -800.0, 1.6}};
}

}  // namespace crbrt::tests
