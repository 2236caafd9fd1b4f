/// One axial slice of a map as numbers that scripts/plot_maps.gp draws.
#pragma once

#include <string>
#include <vector>

#include "tools/phantom/brain.h"

namespace crbrt::phantom {

/// A map and what it should be, over the whole grid.
struct MapPair {
  std::string map, output, unit;
  std::vector<float> estimate, truth;
};

/// Writes FOLDER/<map>.dat (estimate, truth and difference as three matrices, -1e9 outside the brain) and FOLDER/<map>.gp
/// (name, unit and colour ranges). The slice is the one with the most voxels. Throws OutputError.
void write_slices(const std::string& folder, const volume::Grid& grid, const std::vector<float>& labels,
                  const std::vector<MapPair>& maps);

}  // namespace crbrt::phantom
