// SPDX-License-Identifier: Apache-2.0
/// The cost of a train: the weighted sum of relative bounds over all tissues, averaged over the fields, in the time domain and
/// in a subspace, with its slopes with respect to every pulse.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "physics/design/adjoint.h"
#include "tools/design/problem.h"

namespace crbrt::design {

struct DomainCost {
  double cost = 0;                      ///< weighted sum
  std::vector<PerQuantity> relative{};  ///< [n_tissue] mean over fields of CRB / value^2
};

struct TrainResult {
  DomainCost time, compressed;
  double cost = 0;              ///< (1 - share) time + share compressed
  physics::PulseSlopes slopes;  ///< of `cost`; empty unless asked for
};

class TrainCost {
 public:
  /// Throws std::domain_error where R2sl does not exist within the limits. Keeps a reference to the problem.
  TrainCost(const Problem& problem, unsigned threads);

  /// The basis [n_frame, n_coeff] is taken as constant: so are the slopes. Without columns, `compressed` is the time domain.
  TrainResult evaluate(const physics::Sequence& sequence, const Eigen::MatrixXd& basis, bool with_slopes) const;

  /// The basis of the problem's prior, kind and rank for a train.
  Eigen::MatrixXd basis_of(const physics::Sequence& sequence, subspace::BasisKind kind, std::uint64_t n_draw) const;

 private:
  struct Group;
  Group run_group(const physics::Sequence& sequence, const Eigen::MatrixXd& basis, bool with_slopes, std::size_t first) const;

  const Problem& problem_;
  unsigned threads_;
  physics::AdjointTables tables_;
};

}  // namespace crbrt::design
