// SPDX-License-Identifier: Apache-2.0
/// The digital brain: errors on voxels of a phantom of crbrt-phantom make, whose truth and bound are known.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "bench/benchmark/comparison.h"

namespace crbrt::bench {

/// Drawn voxels.
struct BrainVoxels {
  Voxels voxels;                    ///< in units of the problem's noise
  Eigen::ArrayXXd truth;            ///< [output, voxel], SI
  Eigen::ArrayXXd bound;            ///< [output, voxel] variances at the SNR of the voxel
  std::vector<std::string> tissue;  ///< [voxel] "wm", "gm", "csf"; empty for a phantom without labels
  double snr = 0;                   ///< of a voxel with |M0| = 1
};

/// `count` voxels of the mask, drawn with `seed`, with the outputs of `problem`. Throws base::InputError for a folder that is
/// no phantom, and base::DisagreementError where sequence or basis are not those of `model`.
BrainVoxels read_brain_voxels(const std::string& folder, const Problem& problem, const Model& model, std::size_t count,
                              std::uint64_t seed);

/// For every output of `names`, and for all of them together under "all": scaled_errors_json() of error over sqrt(CRB),
/// "total", and the same of every tissue class under its name. Voxels whose bound is not below the prior's variance do not
/// count (accuracy_json).
base::Json brain_errors_json(const std::vector<std::string>& names, const Eigen::ArrayXXd& values, const BrainVoxels& brain,
                             const Eigen::ArrayXd& prior_variance);

/// {ESTIMATOR: brain_errors_json() and "us_per_voxel"} of every row, in `n_turn` turns.
base::Json brain_accuracy(const Problem& problem, const BrainVoxels& brain, std::size_t n_turn, const std::vector<Row>& rows);

}  // namespace crbrt::bench
