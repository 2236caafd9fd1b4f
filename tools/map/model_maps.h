// SPDX-License-Identifier: Apache-2.0
/// Runs a model over the voxels of an image, batch by batch, and hands on what it says of each voxel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "crbrt/crbrt.hpp"
#include "tools/volume/batches.h"
#include "tools/volume/coefficients.h"

namespace crbrt::map {

class Refinement;

struct MapSettings {
  Isa isa = Isa::automatic;
  unsigned threads = 1;
  double sigma = 0;                  ///< noise of real and imaginary part; 0: no standard deviations
  Refinement* refinement = nullptr;  ///< --refine; null: none
};

/// Whether the maps hold an estimate of a voxel of this status.
constexpr bool has_estimate(VoxelStatus status) noexcept {
  return status == VoxelStatus::ok || status == VoxelStatus::outside_range;
}

/// What a model says of some voxels. A plane holds one number of each; voxels without signal are 0.
struct BatchMaps {
  std::size_t n_voxel = 0;
  std::vector<float> estimates;    ///< [output, voxel]; behind them |M0| (find_m0) where an output is signal_per_m0
  std::vector<float> std;          ///< the same of the standard deviations; empty without a sigma
  std::vector<float> signal_norm;  ///< [voxel] ||c||; empty unless the model estimates signal_per_m0
  std::vector<float> atypicality;  ///< [voxel]; empty where the model has none
  std::vector<float> chi_square;   ///< [voxel] reduced, 0 where nothing was refined; empty without a refinement
  std::vector<std::uint32_t>
      std_at_limit;                     ///< [voxel] bit j: the standard deviation of output j is at its limit (error_bars.h)
  std::span<const VoxelStatus> status;  ///< [voxel]

  /// Plane i of estimates or std.
  std::span<const float> plane(const std::vector<float>& planes, std::size_t i) const {
    return std::span(planes).subspan(i * n_voxel, n_voxel);
  }
};

/// Takes the results of voxels first, first + 1, ... of the list. Threads call it at the same time, each with its own voxels.
class MapSink {
 public:
  virtual ~MapSink() = default;
  virtual void take(const BatchMaps& maps, std::span<const std::size_t> voxels, std::size_t first) = 0;
};

/// How unlike the training data a voxel is.
enum class Typicality : std::uint8_t {
  typical,
  atypical,               ///< scores above what is typical for its noise
  atypical_at_any_noise,  ///< and above what is typical of all training voxels
};

/// What is kept of the listed voxels once their numbers went to the sink.
struct ModelRun {
  std::vector<VoxelStatus> status;         ///< [voxel]
  std::vector<Typicality> typicality;      ///< [voxel]; empty where the model has no atypicality
  std::vector<std::uint8_t> std_at_limit;  ///< [voxel] 1: that of an output; empty without standard deviations
  volume::BatchTimes times;
  Isa isa = Isa::scalar;  ///< what ran
};

/// Runs the model, and |M0| with it. Throws UsageError when this CPU cannot run the instruction set, InputError when the image
/// ends early, and what the sink throws. A sigma needs a program with uncertainty, or a refinement.
ModelRun map_voxels(const Program& program, const MapSettings& settings, const volume::CoefficientImage& image,
                    const volume::VoxelList& voxels, const std::function<std::unique_ptr<MapSink>()>& make_sink);

/// Not "above": a score that is no number belongs to no known voxel.
inline bool is_atypical(float score, const Program& program) { return !(score <= program.atypicality->threshold); }

}  // namespace crbrt::map
