// SPDX-License-Identifier: Apache-2.0
/// What fits need of an image: the coefficients of its voxels, and what a sample of them leaves beside noise. In measured data
/// that is more than noise, and without this knowledge nearly every voxel would be fitted from a hundred starts.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <string>
#include <vector>

#include "base/warnings.h"
#include "physics/nlls/refiner.h"
#include "tools/volume/coefficients.h"

namespace crbrt::volume {

/// [n_coeff, voxel]; voxels ascend. Throws InputError when the image ends early.
Eigen::MatrixXcd read_coefficients(const CoefficientImage& image, const std::vector<std::size_t>& voxels);

/// Has the fitter expect the residual of a quarter of these voxels (64 at most, drawn; nothing of fewer than 64 voxels), and
/// warns, naming `file`, where noise explains less than half of it in the median. Throws InputError when the image ends early.
physics::ExpectedResidual expect_residual(physics::Fitter& fitter, const CoefficientImage& image,
                                          const std::vector<std::size_t>& voxels, std::size_t n_thread, const std::string& file,
                                          base::Warnings& warnings);
physics::ExpectedResidual expect_residual(physics::Refiner& refiner, const CoefficientImage& image,
                                          const std::vector<std::size_t>& voxels, std::size_t n_thread, const std::string& file,
                                          base::Warnings& warnings);

}  // namespace crbrt::volume
