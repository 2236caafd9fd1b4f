// SPDX-License-Identifier: Apache-2.0
/// What a fit leaves: maps of every quantity that the T1 model determines, with standard deviations and named as crbrt-map
/// names them, so that each map of a model has its counterpart; the residual, and how sure the minimum is; and the numbers of
/// the run.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "physics/nlls/fitter.h"
#include "tools/volume/image_run.h"
#include "tools/volume/maps_out.h"
#include "tools/volume/run_stats.h"

namespace crbrt::fit {

/// [StatusValue] over the whole grid: voxels that were not fitted count as not_computed.
volume::StatusCounts count_status(std::span<const physics::VoxelFit> fits, std::size_t n_grid);

/// The maps of a run.
struct FitMaps {
  std::span<const std::size_t> voxels;      ///< ascending indices into the grid
  std::span<const physics::VoxelFit> fits;  ///< [voxel of the list]
  const physics::FitRange& range;           ///< which the fits were bound by
  volume::TimeUnit times = volume::TimeUnit::seconds;
  float fill = 0;  ///< of voxels without estimates
};

/// The names of all maps of a fit, in the order in which they are written.
std::vector<std::string> map_names(const physics::Unknowns& unknowns, volume::TimeUnit times = volume::TimeUnit::seconds);

/// Writes all maps and the status.
void write_maps(volume::MapFolder& folder, const FitMaps& maps);

/// Where more than half of the voxels with an estimate ended at a bound: in how many, and at which bound most of them. Empty
/// otherwise. A prior in other units than the data does that.
std::string why_bounds_decide(const FitMaps& maps);

/// What crbrt-map has no word for.
struct FitStats {
  std::uint64_t simulations = 0;     ///< fingerprints with derivatives
  std::uint64_t single_minimum = 0;  ///< voxels all of whose starts agreed
  physics::ExpectedResidual expected{};
  std::optional<std::uint64_t> tried_neighbours{}, changed_by_neighbours{};  ///< voxels; empty without --neighbours
};

/// The keys of volume::RunStats and those of FitStats.
base::Json to_json(const volume::RunStats& run, const FitStats& fit);

}  // namespace crbrt::fit
