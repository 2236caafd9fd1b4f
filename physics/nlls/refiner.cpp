// SPDX-License-Identifier: Apache-2.0
// Two fits, one after the other.
#include "physics/nlls/refiner.h"

#include <utility>

namespace crbrt::physics {

FitSettings refining(FitSettings settings) {
  settings.n_start = 8;
  settings.ends_in_full_precision = false;
  settings.trusted_decrease = 1e-2;
  settings.max_refining = 5;
  return settings;
}

FitSettings refining_learned(FitSettings settings) {
  settings = refining(settings);
  settings.rivals = false;
  return settings;
}

std::vector<VoxelFit> Refiner::refine(const Eigen::MatrixXcd& coefficients, std::vector<Tissue> starts) const {
  if (approach_) {
    const std::vector<VoxelFit> near = approach_->fit_from(coefficients, starts);
    for (std::size_t v = 0; v < near.size(); ++v)
      if (has_estimate(near[v].status)) starts[v] = near[v].tissue;
  }
  return fitter_.fit_from(coefficients, starts);
}

ExpectedResidual Refiner::expect_residual_of(const Eigen::MatrixXcd& sample, std::size_t n_thread) {
  if (!approach_) return fitter_.expect_residual_of(sample, n_thread);
  const ExpectedResidual expected = approach_->expect_residual_of(sample, n_thread);
  fitter_.expect(expected);
  return expected;
}

}  // namespace crbrt::physics
