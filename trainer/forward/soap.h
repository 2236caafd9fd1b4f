// SPDX-License-Identifier: Apache-2.0
/// Adam in the eigenbasis of what gradients have in common (SOAP, docs/references.md [soap]): of every weight matrix the second
/// moments of rows and of columns are averaged, their eigenvectors are tracked by one step of orthogonal iteration now and
/// then, and Adam runs on the gradient turned into both. A regression that asks for the last digits ends several times lower
/// than with Adam. For .cpp files that use LibTorch.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace crbrt::trainer {

class Soap {
 public:
  /// Of matrices of these shapes.
  Soap(const std::vector<at::Tensor>& like);

  /// The matrices' steps for a rate of 1, of gradients of the same shapes; all zeros at the first call, which only measures.
  std::vector<at::Tensor> step(const std::vector<at::Tensor>& gradients);

  /// Everything that the next step depends on, in an order that stays; filled in place by who reads a checkpoint.
  std::vector<at::Tensor> state() const;

 private:
  /// Of one matrix [n_row, n_column].
  struct Matrix {
    at::Tensor mean, square;           ///< moments: of the gradient, and of the turned gradient
    at::Tensor rows, columns;          ///< averages of g g^T and g^T g
    at::Tensor row_base, column_base;  ///< their eigenvectors, the largest first
  };

  static void refresh(Matrix& m);
  double clipping(const std::vector<at::Tensor>& gradients);

  std::vector<Matrix> matrices_;
  at::Tensor counters_;  ///< [2] double: steps, running norm of the gradient
};

}  // namespace crbrt::trainer
