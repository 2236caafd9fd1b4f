// Thresholds lie in the two valleys of the histogram of mricron's ch2bet: CSF below 66, grey matter around 86, white around
// 111.
#include "tools/phantom/brain.h"

#include <algorithm>

#include "base/error.h"
#include "tools/volume/image_values.h"

namespace crbrt::phantom {
namespace {

constexpr float csf_below = 66, white_matter_from = 100;

TissueClass classify(float intensity) {
  if (!(intensity > 0)) return TissueClass::outside;
  if (intensity < csf_below) return TissueClass::csf;
  return intensity < white_matter_from ? TissueClass::grey_matter : TissueClass::white_matter;
}

std::array<std::size_t, 3> coordinates(const volume::Shape& shape, std::size_t voxel) {
  return {voxel % shape[0], voxel / shape[0] % shape[1], voxel / (shape[0] * shape[1])};
}

}  // namespace

const char* short_name(TissueClass tissue) noexcept {
  switch (tissue) {
    case TissueClass::white_matter: return "wm";
    case TissueClass::grey_matter: return "gm";
    case TissueClass::csf: return "csf";
    case TissueClass::outside: break;
  }
  return "outside";
}

std::array<double, 3> Brain::position(std::size_t voxel) const {
  const auto at = coordinates(grid.shape, voxel);
  std::array<double, 3> position;
  for (std::size_t d = 0; d < 3; ++d) {
    const double low = static_cast<double>(first[d]), high = static_cast<double>(last[d]);
    position[d] = high > low ? (2 * static_cast<double>(at[d]) - low - high) / (high - low) : 0;
  }
  return position;
}

Brain read_brain(const std::string& path) {
  const volume::ImageValues image = volume::read_values(path);
  Brain brain;
  brain.grid = image.grid;
  brain.first = brain.grid.shape;
  for (std::size_t v = 0; v < image.values.size(); ++v) {
    brain.tissue.push_back(classify(image.values[v]));
    if (brain.tissue.back() == TissueClass::outside) continue;
    brain.voxels.push_back(v);
    const auto at = coordinates(brain.grid.shape, v);
    for (std::size_t d = 0; d < 3; ++d) {
      brain.first[d] = std::min(brain.first[d], at[d]);
      brain.last[d] = std::max(brain.last[d], at[d]);
    }
  }
  if (brain.voxels.empty()) throw base::InputError(path, "an image of a brain", "no voxel above zero");
  return brain;
}

}  // namespace crbrt::phantom
