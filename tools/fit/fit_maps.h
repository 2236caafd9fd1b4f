/// What a fit leaves: maps of every quantity that the T1 model determines, with standard deviations and named as crbrt-map
/// names them, so that each map of a model has its counterpart; the residual, and how sure the minimum is; and the numbers of
/// the run.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "physics/nlls/fitter.h"
#include "tools/volume/image_run.h"
#include "tools/volume/maps_out.h"
#include "tools/volume/run_stats.h"

namespace crbrt::fit {

/// What happened to a voxel, by FitStatus; [5] is crbrt-fit's own, the others mean what they mean in crbrt-map.
inline constexpr std::array<const char*, 6> status_names{"ok",       "non_finite",   "zero_signal",
                                                         "at_bound", "not_computed", "not_converged"};

/// [FitStatus] over the whole grid: voxels that were not fitted count as not_computed.
std::array<std::uint64_t, status_names.size()> count_status(std::span<const physics::VoxelFit> fits, std::size_t n_grid);

/// Writes all maps of a grid of n_grid voxels; fits[i] belongs to the i-th voxel of the folder's list. Voxels without estimates
/// are 0.
void write_maps(volume::MapFolder& folder, std::size_t n_grid, std::span<const physics::VoxelFit> fits, physics::T1Model model);

/// What crbrt-map has no word for.
struct FitStats {
  std::array<std::uint64_t, status_names.size()> status{};  ///< whole grid
  std::uint64_t simulations = 0;                            ///< fingerprints with derivatives
  std::uint64_t single_minimum = 0;                         ///< voxels all of whose starts agreed
};

class FitReport {
 public:
  /// Throws OutputError when the file cannot be made: before the run, not after it.
  explicit FitReport(const volume::ImageOptions& options);
  /// The keys of volume::RunStats (its status counts replaced) and those of FitStats.
  void save(const volume::RunStats& run, const FitStats& fit);

 private:
  std::string out_;
  volume::StatsFile file_;
};

}  // namespace crbrt::fit
