// SPDX-License-Identifier: Apache-2.0
/// Numbers that are zero where a measurement never is: a coefficient that was not filled in, imaginary parts that were dropped.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/warnings.h"
#include "tools/volume/coefficients.h"

namespace crbrt::volume {

/// Up to `most` of the voxels in blocks that lie together, spread over the list; all of it where it is shorter.
std::vector<std::size_t> spread_sample(const VoxelList& voxels, std::size_t most);

/// Of the voxels that are finite and not empty: how many, and in which share of them a part is zero.
struct BlankParts {
  std::size_t n_voxel = 0;
  std::vector<double> coefficient;  ///< [n_coeff] share in which the coefficient is zero and another is not
  double imaginary = 0;             ///< share in which every imaginary part is zero
  double real = 0;                  ///< share in which every real part is zero
};

/// interleaved [n_voxel, 2 * n_coeff]: re, im, re, im, ...
BlankParts blank_parts(std::span<const float> interleaved, std::size_t n_coeff);

/// Real and imaginary parts of up to 1024 of the voxels, interleaved [., 2 * n_coeff], spread over the list: what says as much
/// of a fault of all voxels as all of them. Throws InputError when the file ends early.
std::vector<float> sample_coefficients(const CoefficientImage& image, const VoxelList& voxels);

/// Warns, naming `file`, of a coefficient that is zero in at least a twentieth of the voxels, counted from 0, and of imaginary
/// or real parts that are all zero in nineteen twentieths of them: noise alone leaves none. Whether there was one.
bool warn_of_blank_parts(const BlankParts& blank, const std::string& file, base::Warnings& warnings);

}  // namespace crbrt::volume
