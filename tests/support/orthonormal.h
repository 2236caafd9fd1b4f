// SPDX-License-Identifier: Apache-2.0
/// A basis of nothing in particular.
#pragma once

#include <Eigen/QR>
#include <cstdlib>

namespace crbrt::tests {

/// [rows, columns], orthonormal to the last bits, the same in every run.
inline Eigen::MatrixXd orthonormal(int rows, int columns) {
  std::srand(5);
  const Eigen::MatrixXd random = Eigen::MatrixXd::Random(rows, columns);
  return Eigen::HouseholderQR<Eigen::MatrixXd>(random).householderQ() * Eigen::MatrixXd::Identity(rows, columns);
}

/// The same of complex numbers.
inline Eigen::MatrixXcd complex_orthonormal(int rows, int columns) {
  std::srand(6);
  const Eigen::MatrixXcd random = Eigen::MatrixXcd::Random(rows, columns);
  return Eigen::HouseholderQR<Eigen::MatrixXcd>(random).householderQ() * Eigen::MatrixXcd::Identity(rows, columns);
}

}  // namespace crbrt::tests
