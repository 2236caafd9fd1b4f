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
  double sigma = 0;  ///< noise of real and imaginary part; 0: no standard deviations
};

/// What a model says of the listed voxels, and of no other voxel of the grid: a brain fills a quarter of its image. A plane
/// holds one number of each voxel of the list; estimates of voxels without signal are 0.
struct ModelMaps {
  std::size_t n_voxel = 0;          ///< of the list
  std::vector<float> estimates;     ///< [output, voxel]; behind them |M0| (find_m0) where an output is signal_per_m0
  std::vector<float> std;           ///< the same of the standard deviations; empty without a sigma
  std::vector<float> signal_norm;   ///< [voxel] ||c||; empty unless the model estimates signal_per_m0
  std::vector<float> atypicality;   ///< [voxel]; empty where the model has none
  std::vector<VoxelStatus> status;  ///< [voxel]
  volume::BatchTimes times;
  Isa isa = Isa::scalar;  ///< what ran

  /// Plane i of estimates or std.
  std::span<const float> plane(const std::vector<float>& planes, std::size_t i) const {
    return std::span(planes).subspan(i * n_voxel, n_voxel);
  }
};

/// Runs the model, and |M0| with it. Throws UsageError when this CPU cannot run the instruction set, InputError when the image
/// ends early. A sigma needs a program with uncertainty.
ModelMaps map_voxels(const Program& program, const MapSettings& settings, const volume::CoefficientImage& image,
                     std::span<const std::size_t> voxels);

/// The scores of voxels in memory, interleaved [n_voxel, 2 * n_coeff]; the program has atypicality.
std::vector<float> atypicality_of(const Program& program, Isa isa, const std::vector<float>& interleaved);

}  // namespace crbrt::map
