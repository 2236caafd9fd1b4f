// SPDX-License-Identifier: Apache-2.0
/// The noise of a coefficient image from the image itself, for the standard deviations of a run without --sigma.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "tools/volume/coefficients.h"
#include "tools/volume/voxel_list.h"

namespace crbrt::map {

enum class NoiseSource {
  given,       ///< --sigma
  patches,     ///< spectra of patches of neighbouring voxels
  neighbours,  ///< differences of neighbouring voxels
  background,  ///< voxels outside the mask
};

/// Standard deviation of the noise of the real and of the imaginary part of each coefficient.
struct NoiseLevel {
  double sigma = 0;
  NoiseSource source = NoiseSource::given;
  std::size_t n_sample = 0;      ///< differences, or voxels of the patches or the background, behind the estimate
  std::size_t coefficient = 0;   ///< neighbours, background: the quietest one, which the estimate is from; counted from 0
  std::size_t n_patch = 0;       ///< patches: how many
  std::string in_words() const;  ///< "0.02 (from the spectra of 128 patches, 43904 voxels)"
  base::Json to_json() const;
};

/// What an image says about its noise: a level, or why there is none.
struct NoiseEstimate {
  std::optional<NoiseLevel> level;
  std::string why_not;  ///< without a level
  std::string doubt{};  ///< why the level may be wrong by far; empty where nothing speaks against it
};

/// Estimates the noise from the spectra of patches inside the mask; where they show no floor, from the differences of
/// neighbours; where the mask holds too few of them, from the background; where that is no pure noise either, from neighbours
/// anywhere. `voxels` are the mask's. What puts neighbours in doubt puts patches in doubt as well. The estimate is the same for
/// any number of threads. Throws InputError when the file ends early, and for nothing else.
NoiseEstimate estimate_noise(const volume::CoefficientImage& image, const volume::VoxelList& voxels, unsigned threads = 1);

/// The median over patches of the variance at the floor of their spectra (patch_spectra.h). Anatomy of a patch, however it
/// varies from voxel to voxel, fills few directions of coefficient space, so that this sees the noise where every coefficient
/// carries anatomy. Refused where fewer than half of the patches show a floor; if they have directions enough for one, that
/// puts the image in doubt: regularised reconstructions have none.
NoiseEstimate noise_of_patches(const volume::CoefficientImage& image, const volume::VoxelList& voxels, unsigned threads = 1);

/// Second differences c[v - 1] - 2 c[v] + c[v + 1] along the first dimension with enough neighbours cancel smooth anatomy and
/// have sqrt(6) times the noise. The median of their absolute values over 0.6745 is a standard deviation that outliers (edges)
/// do not move. Anatomy only adds, so the smallest value over the coefficients counts.
/// A list of voxels, whose grid has one dimension of more than one, has no neighbours. Where neighbours differ as much as
/// voxels far apart, and some coefficients much more than others, the voxels are unrelated, and the level is in doubt.
NoiseEstimate noise_of_neighbours(const volume::CoefficientImage& image, const volume::VoxelList& voxels, unsigned threads = 1);

/// |c| of complex Gaussian noise has the median sqrt(2 ln 2) sigma. Refused unless at least 1000 voxels outside `voxels` hold
/// signal, at most a tenth is zero-filled, and all coefficients agree within a quarter, as noise does and anatomy does not.
NoiseEstimate noise_of_background(const volume::CoefficientImage& image, const volume::VoxelList& voxels);

inline constexpr std::size_t min_differences = 300;
inline constexpr std::size_t min_background = 1000;

}  // namespace crbrt::map
