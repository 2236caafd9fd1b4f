// SPDX-License-Identifier: Apache-2.0
// The numbers are our choice, round ones in the range of [paper] Fig. 9: pools that grow with the concentration, T1 and T2f
// that fall with it. 0.1 mM of MnCl2 adds 0.7 /s to R1 and 8 /s to R2f (7 and 80 /s per mM, about what free Mn2+ does in water
// at 3 T); the semi-solid pool keeps its size. Exchange and T2s are the same everywhere. The water is doped to a T1 of 1 s.
#include "tools/phantom/tubes.h"

#include <cmath>
#include <numbers>

namespace crbrt::phantom {
namespace {

constexpr double mn_r1_hz = 0.7, mn_r2_hz = 8;
constexpr double exchange_hz = 30, t2_semi_s = 10e-6;
constexpr Tube water{"water", 0.001, 1.0, 0.5};

constexpr Tube doped(const char* name, const Tube& native) {
  return {name, native.m0_semi_frac, 1 / (1 / native.t1_s + mn_r1_hz), 1 / (1 / native.t2_free_s + mn_r2_hz)};
}

constexpr Tube bsa10{"BSA 10 %", 0.06, 1.90, 0.110}, bsa15{"BSA 15 %", 0.10, 1.60, 0.080}, bsa20{"BSA 20 %", 0.14, 1.35, 0.060};
constexpr std::array<Tube, 6> all_tubes{bsa10, doped("BSA 10 % + Mn", bsa10), bsa15, doped("BSA 15 % + Mn", bsa15),
                                        bsa20, doped("BSA 20 % + Mn", bsa20)};

// Of the cylinder's radius.
constexpr double ring_radius = 0.56, tube_radius = 0.19;

}  // namespace

const std::array<Tube, 6>& tubes() noexcept { return all_tubes; }

physics::Tissue tube_tissue(std::size_t label, double omega0_rad_s, double b1_rel) noexcept {
  const Tube& tube = label == 0 ? water : all_tubes[label - 1];
  physics::Tissue tissue;
  tissue.m0_semi_frac = tube.m0_semi_frac;
  tissue.r1_free_hz = tissue.r1_semi_hz = 1 / tube.t1_s;
  tissue.r2_free_hz = 1 / tube.t2_free_s;
  tissue.exchange_hz = exchange_hz;
  tissue.t2_semi_s = t2_semi_s;
  tissue.omega0_rad_s = omega0_rad_s;
  tissue.b1_rel = b1_rel;
  return tissue;
}

double tubes_omega0_relative(const Position& p) noexcept {
  return 0.05 + 0.18 * p[0] - 0.12 * p[1] + 0.15 * (p[0] * p[0] - p[1] * p[1]) + 0.08 * p[0] * p[1];
}

Position TubeSlice::position(std::size_t voxel) const {
  const double centre = (static_cast<double>(grid.shape[0]) - 1) / 2, radius = centre - 1;
  return {(static_cast<double>(voxel % grid.shape[0]) - centre) / radius,
          (static_cast<double>(voxel / grid.shape[0]) - centre) / radius, 0};
}

TubeSlice make_tube_slice(std::size_t size) {
  TubeSlice slice;
  slice.grid.shape = {size, size, 1};
  slice.filled.assign(size * size, 0);
  slice.roi.assign(size * size, 0);
  const double one_voxel = 2 / (static_cast<double>(size) - 3);
  for (std::size_t v = 0; v < size * size; ++v) {
    const Position p = slice.position(v);
    if (std::hypot(p[0], p[1]) > 1) continue;
    slice.voxels.push_back(v);
    for (std::size_t t = 0; t < all_tubes.size(); ++t) {
      const double angle = std::numbers::pi * (0.5 - static_cast<double>(t) / 3);  // from the top, clockwise
      const double distance = std::hypot(p[0] - ring_radius * std::cos(angle), p[1] - ring_radius * std::sin(angle));
      if (distance <= tube_radius) slice.filled[v] = static_cast<std::uint8_t>(t + 1);
      if (distance <= tube_radius - one_voxel) slice.roi[v] = static_cast<std::uint8_t>(t + 1);
    }
  }
  return slice;
}

}  // namespace crbrt::phantom
