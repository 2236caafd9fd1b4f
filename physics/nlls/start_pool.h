// SPDX-License-Identifier: Apache-2.0
/// Starting points of a fit: a pool of seeded draws from the prior, simulated once and ranked for every voxel by the
/// residual it would leave: a dictionary, of which a voxel costs one small product instead of thousands of simulations.
///
/// The residual has a few separate minima that differ in omega0 (its sign above all) and B1; inside one of them the solver
/// always ended at the same point, whatever the other parameters started from. So starts are the best draws of different
/// (omega0, B1), not just the best ones.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "physics/nlls/fit_range.h"
#include "physics/nlls/forward_model.h"
#include "physics/prior.h"

namespace crbrt::physics {

class StartPool {
 public:
  /// n_draw draws (Stream::start) moved into the range, and the mean of every class.
  StartPool(const ForwardModel& model, const Prior& prior, const FitRange& range, std::size_t n_draw, std::uint64_t seed,
            std::size_t n_thread);

  /// The best draw, then the best of those that are not near an earlier one, until n_start are found (fewer in a small pool).
  /// Where omega0 is unknown, every draw stands for two: s(-omega0) = conj(s(omega0)).
  std::vector<Tissue> best(const Eigen::VectorXcd& data, std::size_t n_start) const;

  /// Half the squared residual of the best draw, of data of norm 1.
  double least_misfit(const Eigen::VectorXcd& data) const;

 private:
  /// Of unit norm, parts of a coefficient side by side: [n_draw + n_class, n_coeff]. Single precision ranks them well enough.
  struct Directions {
    Eigen::MatrixXf real, imag;
  };
  /// Squared share of the data that lies along each: first those of the draws, then, where omega0 is unknown, at -omega0.
  struct Scores {
    Eigen::ArrayXf drawn, mirrored;
  };

  Scores scores(const Eigen::VectorXcd& data) const;
  Tissue start(std::size_t candidate) const;

  double tr_s_;
  bool has_omega0_, is_conjugated_;
  std::vector<Tissue> tissues_;
  Directions directions_;
  Directions mirrored_;  // at -omega0; empty where these are the conjugate ones
};

}  // namespace crbrt::physics
