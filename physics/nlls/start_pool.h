/// Starting points of a fit: a pool of seeded draws from the prior, simulated once and ranked for every voxel by the
/// residual it would leave. Screening a voxel costs one small product instead of hundreds of simulations.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "physics/nlls/fit_range.h"
#include "physics/simulator.h"

namespace crbrt::physics {

class StartPool {
 public:
  /// n_draw draws (CounterRandom, Stream::start) moved into the range, and the mean of every class.
  StartPool(const Simulator& simulator, const Eigen::MatrixXd& basis, const Prior& prior, const FitRange& range,
            std::size_t n_draw, std::uint64_t seed);

  /// The best draw, then the mean of the first class with the best draw's omega0 and B1 (it does not depend on luck), then
  /// the next best draws. Every draw stands for two: s(-omega0) = conj(s(omega0)) and the basis is real.
  std::vector<Tissue> best(const Eigen::VectorXcd& data, std::size_t n_start) const;

 private:
  Tissue mean_;
  std::vector<Tissue> tissues_;
  Eigen::MatrixXcd directions_;  // [n_coeff, n_draw], unit columns
};

}  // namespace crbrt::physics
