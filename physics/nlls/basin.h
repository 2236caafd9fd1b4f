// SPDX-License-Identifier: Apache-2.0
/// Which minimum of the residual a tissue belongs to. A voxel has a few, which differ in omega0 (its sign above all) and B1.
#pragma once

#include <span>
#include <vector>

#include "physics/tissue.h"

namespace crbrt::physics {

// Minima of one voxel were seen 100 rad/s (of a period of 1800) or 0.2 in B1 apart, and mostly both.
inline constexpr double near_b1 = 0.1;
inline constexpr double near_omega0_period = 0.04;

/// Near each other in omega0 and in B1. The ends of a period of omega0 are not: they are walls of a fit's box, through which no
/// run gets to where the signal is nearly the same.
bool is_same_basin(const Tissue& a, const Tissue& b, double tr_s);

/// The first tissue of every basin among `tissues` that is not the basin of `own`.
std::vector<Tissue> of_other_basins(const Tissue& own, std::span<const Tissue> tissues, double tr_s);

}  // namespace crbrt::physics
