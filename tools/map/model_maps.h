/// Runs a model over the voxels of an image and collects one map per output.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "crbrt/crbrt.hpp"
#include "tools/volume/batches.h"
#include "tools/volume/coefficients.h"

namespace crbrt::map {

struct ModelMaps {
  std::vector<std::vector<float>> maps;  ///< [n_output][voxel of the grid], 0 where nothing was computed
  std::vector<VoxelStatus> status;       ///< [voxel of the grid]
  volume::BatchTimes times;
  Isa isa = Isa::scalar;  ///< what ran
};

/// Throws UsageError when this CPU cannot run `isa`, InputError when the image ends early.
ModelMaps map_voxels(const Program& program, Isa isa, const volume::CoefficientImage& image,
                     std::span<const std::size_t> voxels, unsigned threads);

}  // namespace crbrt::map
