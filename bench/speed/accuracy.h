/// Whether an engine computes the same network: float engines within a derived bound, integer engines as far off as they are.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace crbrt::bench {

/// Estimates in double for a few voxels, and how far single precision may be from them in any order of summation.
class Truth {
 public:
  /// Of the task's model and its first voxels, 24 at most. Takes about a second for the network of [paper].
  explicit Truth(const std::filesystem::path& task_folder);

  std::size_t n_output() const noexcept { return spread_.size(); }

  /// Differences over the voxels that both have, in units of each output's standard deviation over the voxels of Truth.
  struct Difference {
    double max = 0, rms = 0;
    double of_bound = 0;  ///< largest difference as a share of the bound; above 1: no float computes this network
    std::size_t n_voxel = 0;
  };
  Difference difference(const std::vector<float>& estimates) const;

 private:
  std::vector<double> estimates_, bound_;  ///< [n_voxel, n_output]
  std::vector<double> spread_;             ///< [n_output]
};

}  // namespace crbrt::bench
