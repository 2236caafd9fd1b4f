/// The anatomy of the digital brain: grey matter, white matter and CSF by the intensity of a skull-stripped T1-weighted image.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/volume/grid.h"

namespace crbrt::phantom {

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

/// Intensities above zero are brain. Throws InputError for a file that is no image, or one without brain.
Brain read_brain(const std::string& path);

}  // namespace crbrt::phantom
