// SPDX-License-Identifier: Apache-2.0
/// What follows every hidden layer. All that the trainer knows of an activation is in activation.cpp: its keys in the
/// configuration, what it makes of tensors, and the operation of crbrt/network.hpp that a model file gets.
#pragma once

#include <span>
#include <string_view>

#include "base/json_reader.h"
#include "crbrt/network.hpp"

namespace at {
class Tensor;
}

namespace crbrt::trainer {

struct Activation {
  OperationKind kind = OperationKind::relu;
  float negative_slope = 0;  ///< leaky_relu only: above 0, at most 1

  /// x [n, width] -> [n, width], differentiable.
  at::Tensor operator()(const at::Tensor& x) const;
  /// The same in place and not differentiable. `slope` receives f'(x), where f(x) does not tell it.
  void apply(at::Tensor& x, at::Tensor& slope) const;
  /// In place: the gradient of f(x) becomes that of x, from `result` = f(x) and what apply() kept.
  void differentiate(at::Tensor& gradient, const at::Tensor& result, const at::Tensor& slope) const;

  /// Makes `op`, whose width is set, this activation: kind and numbers.
  void describe(Operation& op) const;
  bool is(const Operation& op) const;  ///< the same kind and numbers
};

/// Keys of an activation beside the others of "network" (docs/training.md).
std::span<const std::string_view> activation_keys() noexcept;

/// ReLU where "network" names none. Throws base::InputError.
Activation read_activation(const base::JsonReader& network);

}  // namespace crbrt::trainer
