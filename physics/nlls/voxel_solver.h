// SPDX-License-Identifier: Apache-2.0
/// Fits of many voxels by one forward model: the voxels that are being fitted ask together, so that the model always has full
/// SIMD lanes, and a voxel that is done makes place for the next. A fit depends on its own voxel alone, so results are the
/// same, bit for bit, for any number of threads and any choice of voxels.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <optional>
#include <vector>

#include "physics/nlls/forward_model.h"
#include "physics/nlls/voxel_search.h"

namespace crbrt::physics {

/// What the best run of a voxel left.
struct Ended {
  double misfit;                     ///< half the squared residual of data of norm 1
  std::optional<double> chi_square;  ///< reduced; empty where sigma is not known
  bool is_plausible;                 ///< not more than noise leaves, as far as sigma is known
  std::size_t n_agree;               ///< VoxelFit::n_agree; 0 where sigma is not known
};

/// Where the fit of a voxel begins. `data` has norm 1.
class StartSource {
 public:
  virtual ~StartSource() = default;
  virtual std::vector<Tissue> starts(std::size_t voxel, const Eigen::VectorXcd& data) const = 0;
  /// What competes with a start that does not explain the data, or of which nobody knows that, once it was simulated. After
  /// race_evaluations of each only the best goes on.
  virtual std::vector<Tissue> rivals(std::size_t, const Eigen::VectorXcd&) const { return {}; }
  static constexpr int race_evaluations = 2;  // the start and a step
  /// Fingerprints with derivatives that a run from there may cost.
  virtual int max_evaluations() const = 0;
  /// More starts for a voxel whose runs have ended. Empty where the end is believed, or nothing is left to try. Asked after
  /// the first runs, and again (round 1, 2, ...) after those that it gave.
  virtual std::vector<Tissue> second_thoughts(std::size_t voxel, const Eigen::VectorXcd& data, const Ended& ended,
                                              std::size_t round) const = 0;
};

/// coefficients [n_coeff, n_voxel] -> one fit per column. on_voxel(n_done) is called after every voxel, one call at a time; it
/// must not throw. Rethrows what the model throws.
std::vector<VoxelFit> solve_voxels(const ForwardModel& model, const SearchRules& rules, const StartSource& source,
                                   const Eigen::Ref<const Eigen::MatrixXcd>& coefficients,
                                   const std::function<void(std::size_t)>& on_voxel);

}  // namespace crbrt::physics
