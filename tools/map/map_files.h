// SPDX-License-Identifier: Apache-2.0
/// The maps that a run of crbrt-map leaves, and the one of |M0| beside a model that estimates signal_per_m0 = ||c|| / |M0|: the
/// norm of the voxel's coefficients over it.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crbrt/crbrt.hpp"
#include "tools/map/diagnosis.h"
#include "tools/map/model_maps.h"
#include "tools/map/noise_level.h"
#include "tools/map/outputs.h"
#include "tools/map/refinement.h"
#include "tools/volume/maps_out.h"

namespace crbrt::map {

/// The names of all maps of a run, in the order in which they are written.
std::vector<std::string> map_names(const std::vector<volume::MapDescription>& outputs, bool has_std, bool has_atypicality,
                                   bool is_refined = false);

/// What the status map holds: what the runtime says, and of refined voxels what the refinement says.
std::vector<volume::StatusValue> final_status(const ModelRun& run, const Refinement* refinement);

/// The maps of a run in the order of their planes. They are open while the model runs; their sidecars come behind it.
class OutputMaps {
 public:
  /// `noise` is what standard deviations are made with; empty where there are none. `refinement`: null without --refine.
  OutputMaps(volume::MapFolder& folder, const Program& program, const std::vector<volume::MapDescription>& outputs,
             const std::optional<NoiseLevel>& noise, const Refinement* refinement = nullptr);

  /// What one thread hands its results to.
  std::unique_ptr<MapSink> make_sink();

  /// Ends the maps, and writes sidecars and status; the folder's commit() is left to do. `atypical` is what atypicality said.
  void finish(const ModelRun& run, const std::optional<Atypical>& atypical);

 private:
  class Sink;
  struct Map {
    volume::MapDescription description;
    volume::MapParts* parts;
  };
  Map open(volume::MapDescription description);
  /// Which outputs left their range, and on which side, of the voxels of a batch, and whose standard deviations are at their
  /// limit.
  void keep_limits(const BatchMaps& batch, std::span<const std::size_t> voxels);
  volume::StatusDetail detail() const;
  /// The number of the limit that all standard deviations share, so that three outputs need no more than a byte.
  std::size_t limit_of_std() const noexcept;

  /// A voxel and the bits of its limits.
  struct Beyond {
    std::size_t voxel;
    std::int32_t bits;
  };

  volume::MapFolder& folder_;
  const Program& program_;
  const Refinement* refinement_;
  std::vector<Map> estimates_, std_;
  std::optional<Map> atypicality_, chi_square_;
  std::mutex mutex_;  ///< guards what follows
  std::vector<Beyond> beyond_;
  std::vector<std::size_t> n_at_limit_;  ///< [output] voxels whose standard deviation is at its limit
};

}  // namespace crbrt::map
