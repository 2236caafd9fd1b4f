// SPDX-License-Identifier: Apache-2.0
/// A second pass over the voxels of an image (--neighbours): off-resonance and B1 are smooth in a head, so that a voxel which
/// ended in a wrong minimum differs in them from the voxels beside it, and tries what these ended at.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "physics/nlls/fitter.h"
#include "tools/fit/partial_fits.h"
#include "tools/volume/voxel_neighbours.h"

namespace crbrt::fit {

struct NeighbourPass {
  std::vector<bool> tried;    ///< [voxel] had runs from neighbours
  std::vector<bool> changed;  ///< [voxel] ended lower for it
};

/// Each voxel of `fits` beside one that ended in another basin gets runs from there, and keeps the lower end. What it tries
/// depends on the fits as they were before, so the order of voxels and the number of threads are nothing to it. A second round
/// is for the neighbours of voxels that the first one changed. Parts are kept behind those of the first pass.
NeighbourPass fit_from_neighbours(const physics::Fitter& fitter, const Eigen::MatrixXcd& coefficients,
                                  const volume::VoxelNeighbours& neighbours, const PartialFits& kept,
                                  std::vector<physics::VoxelFit>& fits);

}  // namespace crbrt::fit
