// SPDX-License-Identifier: Apache-2.0
/// What a choice of the rank does whatever the fingerprints are of. Internal to the folder.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/subspace/rank_choice.h"

namespace crbrt::subspace {

/// Fingerprints that judge, and at most so many that a basis of kind crb is made of while it is chosen.
inline constexpr std::size_t n_judge = 192, most_draws_of_crb = 512;

/// Bases of the ranks up to one: of kind svd the leading columns of the largest, of kind crb each chosen within one range.
struct BasesByRank {
  Eigen::MatrixXd largest;                 ///< of kind svd
  std::optional<BasesOfBounds> of_bounds;  ///< of kind crb

  Eigen::MatrixXd of(int rank) const { return of_bounds ? of_bounds->of(rank) : Eigen::MatrixXd(largest.leftCols(rank)); }
};

/// The factors of outputs: of each the median of what it is for the fingerprints that judge (physics::bound_factor).
std::vector<double> medians_of(const std::vector<std::vector<double>>& of_outputs);

struct RankSearch {
  int fewest = 1, most = most_rank;                         ///< ranks to look at
  std::function<std::vector<double>(int rank)> factors_of;  ///< of each output
  std::vector<std::string> outputs;
  double tolerated = 1.25;
  bool or_most = false;  ///< the most coefficients will do where they leave every output a bound
};

/// Fewer coefficients than half of the real unknowns, the tissue's and the two of M0, leave no bound.
int fewest_for(std::size_t n_bound);

/// By bisection. Throws base::DisagreementError naming `file` where the most coefficients are not enough.
RankChoice fewest_enough(const RankSearch& search, const std::string& file);

}  // namespace crbrt::subspace
