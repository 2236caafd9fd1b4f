// SPDX-License-Identifier: Apache-2.0
/// Chooses what the integers mean (IntegerPlan) from a network in real numbers and what its layers read on noisy voxels. For
/// .cpp files that use LibTorch.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "trainer/config.h"
#include "trainer/network.h"

namespace crbrt::trainer {

/// A layer in real numbers on n voxels.
struct ObservedLayer {
  at::Tensor weight, bias;  ///< [n_out, n_in], [n_out]; the last layer with the rows of the heads
  at::Tensor in;            ///< [n, n_in] what it reads
  at::Tensor sensitivity;   ///< [n, n_in] what a small squared error of it costs in the end; undefined for the input
};

/// reads[i]: s16 or u8, what layer i reads; the first one s16.
IntegerPlan choose_plan(const std::vector<Number>& reads, const std::vector<ObservedLayer>& layers);

/// The same of a network on voxels `inputs` [n, n_input], where the squared error of a standardised output costs `weights`
/// [n, n_output]. Draws from LibTorch's generators.
IntegerPlan choose_plan(const QuantizationConfig& config, const TrainableNetwork& network, const at::Tensor& inputs,
                        const at::Tensor& weights);

/// A network in integers that is there already: the plan that it has followed, and `real` weights that round to its own. What a
/// step of a layer is worth is found by comparing with the real `network` on voxels `inputs`.
struct Continued {
  IntegerPlan plan;
  std::vector<Operation> real;  ///< the dense operations
};
Continued continued(const IntegerForm& integers, const TrainableNetwork& network, const at::Tensor& inputs);

/// A plan with all sizes that `network` needs for read_numbers().
IntegerPlan empty_plan(const QuantizationConfig& config, const TrainableNetwork& network);

/// The step of 0 .. 255 for which rounding and clipping of each feature cost least, [n_feature]. values [n, n_feature].
std::vector<double> scales_u8(const at::Tensor& values, const at::Tensor& sensitivity);

}  // namespace crbrt::trainer
