// SPDX-License-Identifier: Apache-2.0
// Distances in the two parameters in which minima differ.
#include "physics/nlls/basin.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace crbrt::physics {

bool is_same_basin(const Tissue& a, const Tissue& b, double tr_s) {
  const double period = 2 * std::numbers::pi / tr_s;
  return std::abs(a.omega0_rad_s - b.omega0_rad_s) < near_omega0_period * period && std::abs(a.b1_rel - b.b1_rel) < near_b1;
}

std::vector<Tissue> of_other_basins(const Tissue& own, std::span<const Tissue> tissues, double tr_s) {
  std::vector<Tissue> others;
  for (const Tissue& tissue : tissues) {
    const auto is_same = [&](const Tissue& earlier) { return is_same_basin(tissue, earlier, tr_s); };
    if (!is_same(own) && std::none_of(others.begin(), others.end(), is_same)) others.push_back(tissue);
  }
  return others;
}

}  // namespace crbrt::physics
