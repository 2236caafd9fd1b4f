// SPDX-License-Identifier: Apache-2.0
/// A batch of noisy voxels on the device. For .cpp files that use LibTorch.
#pragma once

#include <ATen/ATen.h>

namespace crbrt::trainer {

struct VoxelBatch {
  at::Tensor coefficients;  ///< [n, 2 * n_coeff]: real parts, then imaginary parts
  at::Tensor targets;       ///< [n, n_output] standardised
  at::Tensor weights;       ///< [n, n_output] what turns the squared error of standardised outputs into the CRB loss,
                            ///< scale^2 / (CRB (sigma / |M0|)^2)
  at::Tensor log_noise;     ///< [n, 1] log(sigma / ||coefficients||)
  at::Tensor snr;           ///< [n, 1] |M0| / sigma

  VoxelBatch rows(std::int64_t begin, std::int64_t count) const {
    return {coefficients.narrow(0, begin, count), targets.narrow(0, begin, count), weights.narrow(0, begin, count),
            log_noise.narrow(0, begin, count), snr.narrow(0, begin, count)};
  }
};

inline VoxelBatch joined(const VoxelBatch& a, const VoxelBatch& b) {
  return {at::cat({a.coefficients, b.coefficients}), at::cat({a.targets, b.targets}), at::cat({a.weights, b.weights}),
          at::cat({a.log_noise, b.log_noise}), at::cat({a.snr, b.snr})};
}

}  // namespace crbrt::trainer
