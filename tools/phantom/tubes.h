// SPDX-License-Identifier: Apache-2.0
/// A phantom of six tubes in a cylinder of water, after [paper] Fig. 9: three concentrations of cross-linked bovine serum
/// albumin (BSA), each once as it is and once with MnCl2, which shortens T1 and T2f.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "physics/tissue.h"
#include "tools/phantom/brain.h"
#include "tools/volume/grid.h"

namespace crbrt::phantom {

struct Tube {
  const char* name;  ///< "BSA 10 %", "BSA 10 % + Mn"
  double m0_semi_frac, t1_s, t2_free_s;
};

/// In the order of their labels, 1 to 6: native and doped side by side.
const std::array<Tube, 6>& tubes() noexcept;

/// What a voxel is filled with: label 0 is the water around the tubes.
physics::Tissue tube_tissue(std::size_t label, double omega0_rad_s, double b1_rel) noexcept;

/// Off-resonance over pi / TR after a shim of low order: within 0.5.
double tubes_omega0_relative(const Position& p) noexcept;

/// One slice of `size` x `size` voxels.
struct TubeSlice {
  volume::Grid grid;
  std::vector<std::size_t> voxels;   ///< inside the cylinder, ascending
  std::vector<std::uint8_t> filled;  ///< [voxel of the grid] tube that fills it, 0: water or nothing
  std::vector<std::uint8_t> roi;     ///< the same without the outermost voxels of every tube

  Position position(std::size_t voxel) const;  ///< x and y within [-1, 1] of the cylinder, z = 0
};

/// The cylinder touches the second voxel from the border. size >= 24, below which tubes are thinner than
/// four voxels.
TubeSlice make_tube_slice(std::size_t size);

}  // namespace crbrt::phantom
