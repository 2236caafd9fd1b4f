// SPDX-License-Identifier: Apache-2.0
/// A dense layer in the runtime's integers, with straight-through gradients: forward gives exactly the numbers of
/// runtime/include/crbrt/format/requant.h, backward takes rounding for nothing and clipping for what it is. For .cpp files that
/// use LibTorch.
///
/// Integers are carried in floats, which hold every one of them: u8 sums stay below 2^24 (integer_bounds.h), those of s16 are
/// computed in double.
#pragma once

#include <ATen/ATen.h>

#include "trainer/network.h"

namespace crbrt::trainer {

/// The plan of one layer, or of some rows of the last one, as tensors.
struct IntegerDense {
  IntegerDense(const LayerPlan& plan, std::int64_t first_row, std::int64_t n_row, const c10::Device& device);

  /// in [n, n_in] integers; weight [n_row, n_in] and bias [n_row] real -> [n, n_row]: integers of `out`, ReLU included, or real
  /// numbers in the last layer. Only a share `input_gradient` of the gradient reaches `in`.
  at::Tensor forward(const at::Tensor& in, const at::Tensor& weight, const at::Tensor& bias, double input_gradient) const;

  /// Weights [n_row, n_in] in integers that no input can make overflow, and the bias [n_row] that goes with them.
  at::Tensor integer_weights(const at::Tensor& weight) const;
  at::Tensor integer_bias(const at::Tensor& bias, const at::Tensor& integer_weights) const;

  Number in, out;
  at::ScalarType type;              ///< of weights, bias and sums
  at::Tensor in_scale;              ///< [n_in] of `type`
  at::Tensor sum_scale, out_scale;  ///< [n_row]; out_scale of the last layer: 1
  at::Tensor half;                  ///< [n_row] that makes the first shift round
  std::vector<Requant> requant;
};

/// round(clamp(inputs * factor)), as the runtime quantises them.
at::Tensor quantized(const at::Tensor& inputs, const at::Tensor& factor);

/// Weights of u8 inputs [n, n_in], integers, with every four whose products are added in 16 bits shortened to what fits there.
at::Tensor within_quads(const at::Tensor& weights);

}  // namespace crbrt::trainer
