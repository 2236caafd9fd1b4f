// SPDX-License-Identifier: Apache-2.0
/// Batches whose voxels are refined, kept beside the output while others are computed (OUT.partial): a whole brain takes an
/// hour, and a run that was stopped goes on where it was.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/parts_folder.h"
#include "crbrt/crbrt.hpp"

namespace crbrt::map {

/// What is kept of a voxel.
struct RefinedVoxel {
  bool has_converged = false;
  int wall = 0;                       ///< 0: none, 1: of a parameter that is no output, 2: one that decides an output
  std::vector<float> estimates, std;  ///< [output], then |M0| where there is a map of it
  float chi_square = 0;               ///< reduced
  float residual2 = 0;                ///< squared norm
  float n_simulated = 0;
};

class RefinedParts {
 public:
  /// `identity` is a hash of everything but the coefficients that a refinement depends on. Throws OutputError where the folder
  /// is somebody else's, where another run has it, and where parts of an earlier run lie there and `resume` does not say that
  /// they may be used; DisagreementError where they are of other settings.
  RefinedParts(const std::string& out, const std::string& identity, bool resume, base::Warnings& warnings);

  /// The refined voxels of batch `index`, from its file, or else from `refine`, whose result is kept. n_map: length of the
  /// planes of a voxel. `data` are the coefficients and starts that they depend on. Sets `was_kept`. Several threads may call
  /// it.
  std::vector<RefinedVoxel> part(std::size_t index, std::size_t n_map, const std::string& data_hash, std::size_t n_voxel,
                                 const std::function<std::vector<RefinedVoxel>()>& refine, bool& was_kept) const;

  /// Once the maps are there.
  void remove() const { folder_.remove(); }

 private:
  base::PartsFolder folder_;
  mutable std::mutex mutex_;  ///< the folder's warnings are those of the run
};

}  // namespace crbrt::map
