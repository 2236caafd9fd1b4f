// SPDX-License-Identifier: Apache-2.0
/// The digital brain: its anatomy (grey matter, white matter and CSF by the intensity of a skull-stripped T1-weighted image),
/// the smooth fields over it, and the tissues that fill it.
#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "physics/counter_random.h"
#include "physics/tissue.h"
#include "tools/volume/grid.h"

namespace crbrt::phantom {

/// Fields are functions of the position in the bounding box of the brain, [-1, 1] each.
using Position = std::array<double, 3>;

inline constexpr double omega0_limit = 0.8;  ///< of pi / TR; balanced sequences lose their signal at 1
inline constexpr double b1_min_rel = 0.8, b1_max_rel = 1.2;

/// Off-resonance over pi / TR: a gradual shim error, a strong spot above the frontal sinus, a weaker one at each ear.
double omega0_relative(const Position& p) noexcept;

/// Transmit field over nominal: high in the middle and low at the rim, as at 3 T, slightly askew.
double b1_rel(const Position& p) noexcept;

/// Receive sensitivity and proton density in one: |M0| within 15 % of 1, and a phase that wraps.
std::complex<double> m0(const Position& p) noexcept;

enum class TissueClass : std::uint8_t { outside = 0, white_matter = 1, grey_matter = 2, csf = 3 };
inline constexpr std::array<TissueClass, 3> tissue_classes = {TissueClass::white_matter, TissueClass::grey_matter,
                                                              TissueClass::csf};
const char* short_name(TissueClass tissue) noexcept;  ///< "wm", "gm", "csf"

struct Brain {
  volume::Grid grid;
  std::vector<TissueClass> tissue;  ///< [voxel of the grid]
  std::vector<std::size_t> voxels;  ///< those inside the brain, ascending

  /// Where a voxel lies in the brain's bounding box: each coordinate in [-1, 1], x to the right, y to the front, z up.
  std::array<double, 3> position(std::size_t voxel) const;

  std::array<std::size_t, 3> first{}, last{};  ///< bounding box
};

/// Intensities above zero are brain. With `voxel_mm` the brain has voxels of that width, each with the tissue of the image's
/// nearest voxel, in the same place of the world. Throws InputError for a file that is no image, or one without brain.
Brain read_brain(const std::string& path, std::optional<double> voxel_mm = std::nullopt);

/// A random tissue of its class at this off-resonance and transmit field; r1_free_hz = r1_semi_hz (apparent T1).
physics::Tissue draw_tissue(TissueClass tissue, double omega0_rad_s, double b1_rel, physics::CounterRandom& random);

}  // namespace crbrt::phantom
