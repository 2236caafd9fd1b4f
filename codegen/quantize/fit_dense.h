// SPDX-License-Identifier: Apache-2.0
/// From real weights to integers, one output at a time, so that the sums of the layer change least on the calibration voxels:
/// weights are refitted to the integers that the layer really reads (fit_dense.cpp), then rounded (round_weights.cpp).
///
/// Weights are in units of integer inputs. With H the second moments of the inputs around their mean (the bias takes the mean)
/// the squared error of output j is d' H d, d = scale * integers - weights. Weights are rounded one after the other, and each
/// one's error is spread over those not yet rounded where it costs least (the optimal brain surgeon, as
/// [gptq] of docs/references.md).
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "codegen/quantize/calibration.h"
#include "codegen/quantize/integer_values.h"

namespace crbrt::codegen {

struct DenseFit {
  const Operation& from;
  Number number;              ///< what the layer reads
  const Integers& in;         ///< likewise, one column a voxel
  const Scales& in_scale;     ///< of each input
  const Values& sums;         ///< what the layer should give: the float sums
  const Values& sensitivity;  ///< what a squared error of a sum costs
};

/// Fills weights and bias of `op` and returns the scale of each output's sums.
Scales fit_dense(const DenseFit& fit, IntegerOperation& op);

/// Moments of a layer's integer inputs, for all outputs that weight voxels alike.
class InputMoments {
 public:
  /// `in`: one column a voxel; `weight`: of each voxel, mean 1; `number`: of the inputs, only u8 need order and factor.
  InputMoments(const Eigen::MatrixXd& in, const Eigen::VectorXd& weight, Number number);

  const Eigen::VectorXd& mean() const noexcept { return mean_; }
  const Eigen::MatrixXd& covariance() const noexcept { return covariance_; }
  // Of u8 inputs:
  const std::vector<Eigen::Index>& order() const noexcept { return order_; }          ///< of rounding: most spread first
  const Eigen::MatrixXd& inverse_factor() const noexcept { return inverse_factor_; }  ///< upper U, U' U = H^-1, in that order

 private:
  void factor();

  Eigen::VectorXd mean_;
  Eigen::MatrixXd covariance_, inverse_factor_;
  std::vector<Eigen::Index> order_;
};

struct RoundedRow {
  std::vector<std::int16_t> weights;
  double scale = 1;  ///< weight = scale * integer
  double error = 0;  ///< d' H d of bytes
};

/// Bytes whose products of four inputs stay within 16 bits (quads_fit); the scale is searched.
RoundedRow round_row_u8(const Eigen::VectorXd& weights, const InputMoments& moments);

/// 16 bits whose sums stay within 32 bits with this bias, at the smallest scale for which that is sure; rounded to the nearest,
/// which moves sums by next to nothing.
RoundedRow round_row_s16(const Eigen::VectorXd& weights, double bias);

}  // namespace crbrt::codegen
