// SPDX-License-Identifier: Apache-2.0
/// How much neighbouring voxels differ beyond a straight line, near and far apart: what the noise is estimated from.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "tools/volume/coefficients.h"
#include "tools/volume/voxel_list.h"

namespace crbrt::map {

/// At most 32768 voxels of the list, in up to 256 runs of 128, evenly spread: they say as much as millions.
std::vector<std::vector<std::size_t>> spread_blocks(const volume::VoxelList& voxels);

/// The voxels of all blocks.
std::vector<std::size_t> joined(const std::vector<std::vector<std::size_t>>& blocks);

/// Second differences c[v - s] - 2 c[v] + c[v + s] of the coefficients of an image.
class SecondDifferences {
 public:
  /// What some blocks say.
  struct Found {
    std::vector<std::vector<float>> near;          ///< [coefficient]
    std::array<std::vector<float>, 3> kept{};      ///< [v - s, v, v + s] rows of those that far() looks at
    std::vector<std::array<bool, 3>> is_usable{};  ///< [kept]
  };

  /// `middles` are voxels v whose neighbours v - stride and v + stride lie in the grid, in blocks as above. `threads` read
  /// blocks at the same time, and the result is the same for any number. Throws InputError when the file ends early.
  SecondDifferences(const volume::CoefficientImage& image, const std::vector<std::vector<std::size_t>>& middles,
                    std::size_t stride, unsigned threads = 1);

  /// How many there are: none of an empty or broken voxel.
  std::size_t count() const noexcept { return found_.near.front().size() / 2; }
  /// [coefficient]: |real| and |imaginary part| of every one.
  std::vector<std::vector<float>>& near() noexcept { return found_.near; }
  /// The same of one coefficient, for some thousand of the middles, and with the second and the third voxel a third and two
  /// thirds of the list away from the first.
  std::vector<float> far(std::size_t coefficient) const;

 private:
  std::size_t width_;  ///< numbers of a voxel
  Found found_;        ///< of all blocks
};

}  // namespace crbrt::map
