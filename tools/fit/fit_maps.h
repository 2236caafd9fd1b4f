/// The maps of a fit: every quantity that the T1 model determines, with its standard deviation and named as crbrt-map names it,
/// so that each map of a model has its counterpart; the residual, and how sure the minimum is.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "physics/nlls/fitter.h"
#include "tools/volume/maps_out.h"

namespace crbrt::fit {

/// What happened to a voxel, by FitStatus; [5] is crbrt-fit's own, the others mean what they mean in crbrt-map.
inline constexpr std::array<const char*, 6> status_names{"ok",       "non_finite",   "zero_signal",
                                                         "at_bound", "not_computed", "not_converged"};

/// [FitStatus] over the whole grid: voxels that were not fitted count as not_computed.
std::array<std::uint64_t, status_names.size()> count_status(std::span<const physics::VoxelFit> fits, std::size_t n_grid);

/// Writes all maps of the grid; fits[i] belongs to voxel voxels[i]. Voxels without estimates are 0.
void write_maps(volume::MapFolder& folder, std::size_t n_grid, std::span<const std::size_t> voxels,
                std::span<const physics::VoxelFit> fits, physics::T1Model model);

}  // namespace crbrt::fit
