// SPDX-License-Identifier: Apache-2.0
/// The curse of dimensionality in numbers: what grids of three and four parameters cost and miss, and what all unknowns would
/// cost at the same spacing.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/json.h"
#include "bench/benchmark/problem.h"
#include "bench/dictionary.h"

namespace crbrt::bench {

struct DictionaryStudy {
  base::Json json;                     ///< below
  std::unique_ptr<Dictionary> finest;  ///< the grid of the most points
};

/// Grids over `parameters` with each number of `points` an axis (ascending), on fingerprints without noise. For every grid:
///   points_per_axis, entries, bytes, simulation_s, us_per_voxel
///   error.OUTPUT.rms, .median of what the grid was made for: tissues of the prior whose other parameters have the grid's
///   values error_of_prior.OUTPUT.rms, .median of the problem's own fingerprints, in which everything varies
/// Errors are in sqrt(CRB) at SNR 50, over fingerprints whose bound is below the prior's variance. "all_unknowns" is the finest
/// spacing over every unknown: entries, bytes, simulation_years (one core), s_per_voxel.
DictionaryStudy study_dictionaries(const Problem& problem, const std::vector<physics::Parameter>& parameters,
                                   const std::vector<std::size_t>& points, std::size_t n_fingerprint, std::uint64_t seed);

}  // namespace crbrt::bench
