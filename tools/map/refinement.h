// SPDX-License-Identifier: Apache-2.0
/// crbrt-map --refine: least squares from the network's estimates, for all voxels or some, batch by batch while the maps are
/// written. A network is fast and biased where the data are good; a step or three of Gauss-Newton from its estimates are what
/// an efficient estimator gives, and what they leave tells noise and misfit.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "crbrt/crbrt.hpp"
#include "physics/estimand.h"
#include "physics/nlls/refiner.h"
#include "tools/map/model_maps.h"
#include "tools/map/refined_parts.h"

namespace crbrt::map {

/// What became of a voxel that --refine asked for.
enum class Refined : unsigned char {
  not_asked,
  done,               ///< the maps hold the refined estimates
  nuisance_at_bound,  ///< the same, with a parameter that is no output at a wall of the prior's range
  at_bound,           ///< the same, but a wall decides an output
  failed,             ///< it did not converge: the maps hold the network's estimates
};

struct RefinementSettings {
  std::vector<bool> is_asked_for;  ///< [voxel of the list]; empty: all
  bool only_flagged = false;       ///< of those, only where the network's estimates are out of range or atypical
  double sigma = 0;                ///< noise of real and imaginary part
  std::size_t n_voxel = 0;         ///< of the list
};

/// What a refinement says at its end.
struct RefinementReport {
  struct Agreement {
    std::string output;
    double median_difference = 0;  ///< of refined minus network, over the refined standard deviation
    double median_distance = 0;    ///< of its absolute value
  };
  std::size_t n_refined = 0, n_failed = 0, n_at_bound = 0, n_simulated = 0;
  std::vector<Agreement> agreement;
  std::optional<double> sigma;              ///< the noise by the residuals; empty for fewer than 30 voxels
  std::optional<double> median_chi_square;  ///< reduced
  double n_degrees_of_freedom = 0;

  std::string in_words() const;
  base::Json to_json() const;
};

class Refinement {
 public:
  /// `refiner` has settings for given starts (physics::refining) and one thread: batches have one each. `prior` says how
  /// wide a standard deviation may be. `parts` keeps finished batches; null where nothing is kept. Throws DisagreementError
  /// naming `model_path` where an output of the program is nothing that a fit estimates.
  Refinement(const Program& program, const std::string& model_path, physics::Refiner refiner, const physics::Prior& prior,
             RefinementSettings settings, const RefinedParts* parts);

  /// Replaces estimates, standard deviations and status of the voxels that are asked for by the refined ones, and fills
  /// maps.chi_square. Voxels first, first + 1, ... of the list; threads call it at the same time for different voxels.
  void refine(const Coefficients& planes, std::size_t first, BatchMaps& maps, std::span<VoxelStatus> status);

  /// [voxel of the list]
  std::span<const Refined> states() const noexcept { return states_; }
  RefinementReport report() const;
  const RefinementSettings& settings() const noexcept { return settings_; }

 private:
  std::vector<std::size_t> asked_for(const BatchMaps& maps, std::size_t first, std::span<const VoxelStatus> status) const;
  physics::Tissue start_of(const BatchMaps& maps, std::size_t voxel) const;
  RefinedVoxel described(const physics::VoxelFit& fit) const;
  void put(const RefinedVoxel& refined, std::size_t voxel, std::size_t at, BatchMaps& maps, std::span<VoxelStatus> status);

  const Program& program_;
  physics::Refiner refiner_;
  RefinementSettings settings_;
  const RefinedParts* parts_;
  std::vector<physics::Estimand> estimands_;  ///< [output]
  std::vector<double> widest_std_;            ///< [output]
  bool has_m0_;
  std::vector<Refined> states_;            ///< [voxel of the list]
  std::vector<std::vector<float>> moved_;  ///< [output][voxel of the list]: refined minus network over std
  std::vector<float> residual2_;           ///< [voxel of the list]
  mutable std::mutex mutex_;
  std::size_t n_simulated_ = 0;
};

}  // namespace crbrt::map
