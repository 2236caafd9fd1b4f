// SPDX-License-Identifier: Apache-2.0
// Leading eigenvectors of the accumulated real Gram matrix by subspace iteration.
#include "physics/basis_builder.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "physics/counter_random.h"

namespace crbrt::physics {
namespace {

Eigen::MatrixXd orthonormal(const Eigen::MatrixXd& m) {
  return Eigen::HouseholderQR<Eigen::MatrixXd>(m).householderQ() * Eigen::MatrixXd::Identity(m.rows(), m.cols());
}

Eigen::MatrixXd random_block(Eigen::Index rows, Eigen::Index columns) {
  CounterRandom random(0, Stream::basis, ~0ull);
  Eigen::MatrixXd m(rows, columns);
  for (Eigen::Index i = 0; i < m.size(); ++i) m.data()[i] = random.normal();
  return m;
}

}  // namespace

BasisBuilder::BasisBuilder(Eigen::Index n_frame) : gram_(Eigen::MatrixXd::Zero(n_frame, n_frame)) {}

void BasisBuilder::add(const Eigen::MatrixXcd& signals) {
  const Eigen::MatrixXd re = signals.real(), im = signals.imag();
  gram_.selfadjointView<Eigen::Lower>().rankUpdate(re);
  gram_.selfadjointView<Eigen::Lower>().rankUpdate(im);
  n_added_ += signals.cols();
}

Eigen::MatrixXd BasisBuilder::basis(Eigen::Index rank) const {
  const Eigen::Index n_frame = gram_.rows();
  if (rank < 1 || rank > std::min(2 * n_added_, n_frame))
    throw std::invalid_argument("expected a rank between 1 and " + std::to_string(std::min(2 * n_added_, n_frame)) +
                                ", found " + std::to_string(rank));
  // The guard columns set the convergence: with the spectra of fingerprints (a decade per two to three vectors) each
  // iteration gains many digits; iterate until the wanted Ritz vectors stand still.
  const Eigen::Index block = std::min(n_frame, 2 * rank + 8);
  Eigen::MatrixXd q = orthonormal(random_block(n_frame, block)), vectors = q.leftCols(rank);
  for (int iteration = 0; iteration < 200; ++iteration) {
    const Eigen::MatrixXd product = gram_.selfadjointView<Eigen::Lower>() * q;
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> ritz(q.transpose() * product);
    const Eigen::MatrixXd next = q * ritz.eigenvectors().rowwise().reverse().leftCols(rank);
    const double change = (next - vectors * (vectors.transpose() * next)).norm();
    vectors = next;
    if (iteration > 2 && change < 1e-12) break;
    q = orthonormal(product);
  }
  return with_fixed_signs(std::move(vectors));
}

Eigen::MatrixXd BasisBuilder::range(Eigen::Index n) const {
  Eigen::MatrixXd q = orthonormal(random_block(gram_.rows(), n));
  // Each pass weighs directions by their energy once more: after three, what is missing lies far below the n-th.
  for (int pass = 0; pass < 3; ++pass) q = orthonormal(gram_.selfadjointView<Eigen::Lower>() * q);
  return q;
}

Eigen::MatrixXd with_fixed_signs(Eigen::MatrixXd columns) {
  for (Eigen::Index j = 0; j < columns.cols(); ++j) {
    Eigen::Index largest = 0;
    columns.col(j).cwiseAbs().maxCoeff(&largest);
    if (columns(largest, j) < 0) columns.col(j) *= -1;
  }
  return columns;
}

}  // namespace crbrt::physics
