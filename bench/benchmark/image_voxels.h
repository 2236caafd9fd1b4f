// SPDX-License-Identifier: Apache-2.0
/// Voxels of an image in place of simulated ones, and every estimator on them.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <string>
#include <vector>

#include "bench/benchmark/comparison.h"
#include "tools/volume/coefficients.h"

namespace crbrt::bench {

/// Coefficients of these voxels (ascending indices into the grid) times `scale`.
Voxels voxels_of(const volume::CoefficientImage& image, const std::vector<std::size_t>& indices, double scale = 1);

/// Voxels first, first + step, ... of `all`.
Voxels part_of(const Voxels& all, std::size_t first, std::size_t step);

/// What one estimator said of all voxels.
struct Estimates {
  Eigen::ArrayXXd values;  ///< [output, voxel]
  std::vector<double> us;  ///< [turn] of processor time a voxel
};

/// [row]. The voxels are shared out to the turns, so that what disturbs the machine disturbs all alike; there are at least as
/// many voxels as turns. `label` is what the progress is called.
std::vector<Estimates> estimates_in_turns(const std::string& label, const Voxels& voxels, std::size_t n_turn,
                                          const std::vector<Row>& rows);

}  // namespace crbrt::bench
