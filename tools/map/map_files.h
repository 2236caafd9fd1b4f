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
#include "physics/quantity.h"
#include "tools/map/diagnosis.h"
#include "tools/map/model_maps.h"
#include "tools/map/noise_level.h"
#include "tools/map/refinement.h"
#include "tools/volume/maps_out.h"

namespace crbrt::map {

/// |M0| in the table of quantities.
const physics::Quantity& m0_quantity();

/// Which output is signal_per_m0; empty where none is.
std::optional<std::size_t> signal_per_m0_output(const Program& program);

/// Fills the plane behind the estimates with |M0| in units of the data, 0 where signal_per_m0 is not positive. Where there are
/// standard deviations, fills the plane behind them with |M0| sqrt((std / signal_per_m0)^2 + (sigma / ||c||)^2): the
/// correlation of both errors is neglected (to first order there is none for a model that normalises its input). Does nothing
/// for a model without signal_per_m0.
void find_m0(const Program& program, double sigma, BatchMaps& maps);

/// One per output of the program, and one of |M0| behind them where an output is signal_per_m0. Throws InputError naming
/// `model_path` for outputs that make no file names.
std::vector<volume::MapDescription> describe_outputs(const std::string& model_path, const Program& program,
                                                     volume::TimeUnit times = volume::TimeUnit::seconds);

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
