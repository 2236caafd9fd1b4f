// SPDX-License-Identifier: Apache-2.0
/// The floor of the spectra of small patches of an image: noise is equally strong in every direction of coefficient space, and
/// the anatomy of a patch fills few of them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tools/volume/coefficients.h"
#include "tools/volume/voxel_list.h"

namespace crbrt::map {

/// What the spectrum of one patch says.
struct Floor {
  double variance = 0;             ///< of the noise, per real direction
  std::size_t n_noise = 0;         ///< directions that hold noise alone
  std::size_t n_direction = 0;     ///< of all
  bool is_found() const noexcept;  ///< enough directions hold noise alone that their spread tells it from anatomy
};

/// The noise of samples with these eigenvalues (ascending) of their covariance, which is of `n_sample` samples around their
/// mean ([mppca]: the largest number of directions whose eigenvalues spread no wider than those of pure noise do,
/// 4 variance sqrt(directions / samples), where variance is their mean).
Floor floor_of(std::span<const double> eigenvalues, std::size_t n_sample);

struct PatchSpectra {
  std::vector<Floor> floors;    ///< one a patch, in order of their middles; none of a patch with too few usable voxels
  std::size_t n_voxel = 0;      ///< in these patches; one that is in several counts once
  std::size_t n_direction = 0;  ///< of coefficient space: 2 (n_coeff - 1)
};

/// Spectra of up to 128 patches whose middles are spread evenly over `voxels`. A patch is a box with sides as equal as the grid
/// allows, of at least 216 voxels and nine for every direction; its voxels are those of the list, at least two thirds of that.
/// Before the covariance, each voxel is turned so that the strongest coefficient of the patch is real, which takes the phase of
/// |M0| out of what varies; that coefficient itself is left out. No patches where fewer than two dimensions of the grid are
/// more than one voxel wide, or of a single coefficient. The result is the same for any number of threads. Throws InputError
/// when the file ends early.
PatchSpectra patch_spectra(const volume::CoefficientImage& image, const volume::VoxelList& voxels, unsigned threads);

}  // namespace crbrt::map
