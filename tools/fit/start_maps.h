// SPDX-License-Identifier: Apache-2.0
/// Starting points of a fit from the folder of maps of an earlier run (--start-maps): a network's estimates, mostly.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "physics/basis.h"
#include "physics/sequence.h"
#include "physics/tissue.h"
#include "physics/unknowns.h"
#include "tools/volume/grid.h"

namespace crbrt::fit {

/// One start for each of `voxels` (indices into the grid). What the maps do not say of a voxel is NaN (Fitter::fit_from): a
/// parameter without a map, and all of them where the map holds no estimate by its status, or a number that is not finite.
/// Throws base::InputError for maps of another grid, of a unit that is none of the quantity's, or for a folder with no map of
/// an unknown; base::DisagreementError where a sidecar says that the maps are of another sequence or basis.
std::vector<physics::Tissue> read_start_maps(const std::string& folder, const volume::Grid& grid, volume::GridCheck check,
                                             std::span<const std::size_t> voxels, const physics::Unknowns& unknowns,
                                             const physics::Sequence& sequence, const physics::Basis& basis);

}  // namespace crbrt::fit
