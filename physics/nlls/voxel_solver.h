/// Fits of many voxels by one forward model: the voxels that are being fitted ask together, so that the model always has full
/// SIMD lanes, and a voxel that is done makes place for the next. A fit depends on its own voxel alone, so results are the
/// same, bit for bit, for any number of threads and any choice of voxels.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <vector>

#include "physics/nlls/forward_model.h"
#include "physics/nlls/voxel_search.h"

namespace crbrt::physics {

/// Where the fit of a voxel begins. `data` has norm 1.
class StartSource {
 public:
  virtual ~StartSource() = default;
  virtual std::vector<Tissue> starts(std::size_t voxel, const Eigen::VectorXcd& data) const = 0;
  /// Fingerprints with derivatives that a run from there may cost.
  virtual int max_evaluations() const = 0;
  /// More starts for a voxel whose runs have ended at `misfit` (half the squared residual); is_plausible: not more than noise
  /// leaves, as far as sigma is known. Empty where the end is believed. Asked once.
  virtual std::vector<Tissue> second_thoughts(std::size_t voxel, const Eigen::VectorXcd& data, double misfit,
                                              bool is_plausible) const = 0;
};

/// coefficients [n_coeff, n_voxel] -> one fit per column. on_voxel(n_done) is called after every voxel, one call at a time; it
/// must not throw. Rethrows what the model throws.
std::vector<VoxelFit> solve_voxels(const ForwardModel& model, const SearchRules& rules, const StartSource& source,
                                   const Eigen::Ref<const Eigen::MatrixXcd>& coefficients,
                                   const std::function<void(std::size_t)>& on_voxel);

}  // namespace crbrt::physics
