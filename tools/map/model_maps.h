/// Runs a model over the voxels of an image and collects one map per output, and what else the model says of each voxel.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "crbrt/crbrt.hpp"
#include "tools/volume/batches.h"
#include "tools/volume/coefficients.h"

namespace crbrt::map {

struct MapSettings {
  Isa isa = Isa::automatic;
  unsigned threads = 1;
  float sigma = 0;  ///< noise of real and imaginary part; 0: no standard deviations
};

/// Maps hold 0 where nothing was computed.
struct ModelMaps {
  std::vector<std::vector<float>> maps;  ///< [output][voxel of the grid]; append_m0() adds one
  std::vector<std::vector<float>> std;   ///< the same of the standard deviations; empty without a sigma
  std::vector<float> signal_norm;        ///< [voxel of the grid] ||c||; empty unless the model estimates signal_per_m0
  std::vector<float> atypicality;        ///< [voxel of the grid]; empty where the model has none
  std::vector<VoxelStatus> status;       ///< [voxel of the grid]
  volume::BatchTimes times;
  Isa isa = Isa::scalar;  ///< what ran
};

/// Throws UsageError when this CPU cannot run the instruction set, InputError when the image ends early. A sigma needs a
/// program with uncertainty.
ModelMaps map_voxels(const Program& program, const MapSettings& settings, const volume::CoefficientImage& image,
                     std::span<const std::size_t> voxels);

/// The scores of voxels in memory, interleaved [n_voxel, 2 * n_coeff]; the program has atypicality.
std::vector<float> atypicality_of(const Program& program, Isa isa, const std::vector<float>& interleaved);

}  // namespace crbrt::map
