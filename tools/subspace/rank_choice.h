// SPDX-License-Identifier: Apache-2.0
/// How many coefficients a basis needs: the fewest that keep the bounds of the quantities that are wanted.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "physics/estimand.h"
#include "physics/prior.h"
#include "physics/simulator.h"
#include "tools/subspace/basis.h"

namespace crbrt::subspace {

struct RankQuestion {
  const physics::Simulator& simulator;
  const physics::Prior& prior;
  const physics::Unknowns& unknowns;
  std::uint64_t seed = 0;
  std::uint64_t count = 0;  ///< draws that a basis is made of; others judge it
  BasisKind kind = BasisKind::svd;
  std::vector<physics::Estimand> outputs;  ///< that have a bound where these are unknown
  double tolerated = 1.25;                 ///< factor that each of them may have
  bool or_most = false;                    ///< where no rank is enough, the largest that is tried will do
};

struct RankChoice {
  int rank = 0;
  std::vector<double> factors;  ///< of each output, at this rank (median of physics::bound_factor)
  bool is_enough = true;        ///< no factor is above the tolerated one
};

/// The same of fingerprints of another simulator [n_frame, N], and of their unknowns: the first `n_quantity` count.
struct DictionaryRankQuestion {
  const Eigen::MatrixXcd& signals;
  const Derivatives& derivatives;
  std::vector<std::string> unknowns;  ///< names, in the order of derivatives.unknowns
  BasisKind kind = BasisKind::svd;
  double tolerated = 1.25;
  bool or_most = false;
};

/// By bisection: factors fall with the rank. A basis of kind svd is made once, with the largest rank, because its leading
/// columns are the basis of a smaller one; one of kind crb for each rank that is tried, within the range of at most 512 draws.
/// Throws base::DisagreementError naming `prior_file` where no draw has bounds, and where no rank up to most_rank is enough
/// (with `or_most`: where the largest leaves no bound of an output).
RankChoice choose_rank(const RankQuestion& question, const std::string& prior_file);
/// As above, of `dictionary_file`. A random fifth of the fingerprints, 192 at most, judges bases of the others (of 512 of them,
/// for one of kind crb).
RankChoice choose_rank(const DictionaryRankQuestion& question, const std::string& dictionary_file);

/// "rank 9: sqrt(CRB) in median 1.043 times that of all frames for T1"; `outputs` has a name for each factor.
std::string in_words(const RankChoice& choice, const std::vector<std::string>& outputs);

/// That the basis loses more than was tolerated, with what it loses; empty where it does not.
std::string warning_of(const RankChoice& choice, const std::vector<std::string>& outputs, double tolerated);

inline constexpr int most_rank = 40;

}  // namespace crbrt::subspace
