// SPDX-License-Identifier: Apache-2.0
/// Voxels that decide ranges and rounding, and the values that a network has on them.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "crbrt/format/requant_choice.h"
#include "crbrt/network.hpp"

namespace crbrt::codegen {

/// One column a voxel.
using Values = Eigen::MatrixXf;

struct Calibration {
  Values features;    ///< [2 * n_coeff, n_voxel] value 0 of the network
  Values importance;  ///< [n_feature, n_voxel] what a squared error of a feature of the last value costs
};

/// What preprocessing makes of coefficients [n_voxel, 2 * n_coeff], by the runtime's own kernels.
Values features_of(const Program& program, const std::vector<float>& coefficients);

/// Weights [n_out, n_in] and bias [n_out] of a dense operation.
Eigen::MatrixXf weights_of(const Operation& op);
Eigen::VectorXf bias_of(const Operation& op);

/// Values of a folded network in floats.
struct FloatValues {
  std::vector<Values> value;  ///< of each value of the network
  std::vector<Values> sums;   ///< of each operation: before a skip and ReLU where it is dense, else empty
};
FloatValues float_values(const Network& network, const Values& features);

/// What a small squared error of `sums` of each dense operation (of what the others write) costs in the end: the sum over
/// features of importance * (d feature / d sum)^2, estimated by one backward pass a draw, in which features have random signs.
std::vector<Values> sensitivities(const Network& network, const FloatValues& values, const Values& importance,
                                  std::size_t draws);

// Scales of activations; the requantisation that leads to them is crbrt/format/requant_choice.h. What is added must share its
// scale, feature by feature; what a group normalisation reads must have one scale, because it adds and compares features.

/// real = scale * integer, per feature.
using Scales = std::vector<double>;

/// The step of 0 .. 255 for which clipping and rounding of max(values, 0) cost least, per row.
Scales scales_u8(const Values& values, const Values& weight);

/// s16 with headroom over the largest magnitude, per row.
Scales scales_s16(const Values& values);

/// One for each operation, as if all of them wrote s16.
std::vector<Scales> shared_scales(const Network& network, const FloatValues& values);

}  // namespace crbrt::codegen
