/// Many noise realisations of every fingerprint at one SNR: bias, variance and how honest the predicted errors are.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "crbrt/crbrt.hpp"
#include "physics/io/dataset.h"
#include "tools/eval/model_runner.h"
#include "tools/eval/targets.h"

namespace crbrt::evaluation {

/// Means over realisations, [n_output, n_fingerprint]; NaN in columns without a bound.
struct Realisations {
  double snr = 0;
  std::size_t n = 0;         ///< realisations of each fingerprint
  Eigen::ArrayXXd bias;      ///< mean error, SI (Eq. 2)
  Eigen::ArrayXXd bias2;     ///< its square without the share of the noise, SI squared; may be negative
  Eigen::ArrayXXd variance;  ///< SI squared (Eq. 3 with N - 1)
  Eigen::ArrayXXd bound;     ///< CRB at this SNR, SI squared
  // Of the standardised residuals (estimate - truth) / predicted std; without columns where the model predicts none.
  Eigen::ArrayXXd within_1, within_2;          ///< share below 1 and 2
  Eigen::ArrayXXd residual, residual_squared;  ///< mean, mean square

  bool has_residuals() const { return residual.cols() > 0; }
};

/// One per thread; they keep tallies over all calls.
using Runners = std::vector<std::unique_ptr<ModelRunner>>;
Runners make_runners(const Program& program, Isa isa, unsigned threads);

/// Does not depend on the number of threads. `advance` is called once per fingerprint, possibly from several threads.
Realisations realise(Runners& runners, const physics::Dataset& dataset, const Targets& targets, double snr, std::size_t n,
                     std::uint64_t seed, const std::function<void()>& advance);

/// Squared error over the bound at SNR uniform in the data set's range, mean over `draws`, [n_output, n_fingerprint].
Eigen::ArrayXXd random_snr_loss(Runners& runners, const physics::Dataset& dataset, const Targets& targets, std::size_t draws,
                                std::uint64_t seed, const std::function<void()>& advance);

}  // namespace crbrt::evaluation
