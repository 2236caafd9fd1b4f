// SPDX-License-Identifier: Apache-2.0
/// The CRB loss that no estimator can go below, bracketed with draws of the prior (posterior.h).
///
/// The weighted mean over draws is an estimator like any other, so its loss on unseen fingerprints is, on average, above the
/// floor. With the truth among the draws it is the best estimator for a prior that consists of just these draws, and the least
/// loss over a sample is, on average, below the least loss over what was sampled: below the floor. That half of the argument
/// needs the SNR to be random as the estimator assumes; at one SNR it is an indication. Where both agree the floor is known.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "crbrt/crbrt.hpp"
#include "physics/io/dataset.h"

namespace crbrt::evaluation {

struct FloorOptions {
  std::size_t count = 1000;  ///< fingerprints from the front of the unseen data set
  std::size_t draws = 4;     ///< noisy voxels of each fingerprint and SNR
  std::vector<double> snrs;  ///< those outside the data set's range are left out
  std::uint64_t seed = 1;
  Isa isa = Isa::automatic;
  unsigned threads = 1;
};

/// One element per output, and the mean over outputs.
struct OutputMeans {
  std::vector<double> of_output;
  double mean = 0;
};

struct FloorLosses {
  OutputMeans loss;                     ///< all draws: an upper bound of the floor
  OutputMeans standard_error;           ///< of `loss`, over fingerprints
  OutputMeans half;                     ///< half of the draws, mean of both halves
  OutputMeans with_truth;               ///< the truth among the draws: a lower bound
  OutputMeans model;                    ///< of the model on the same voxels
  OutputMeans model_excess;             ///< standard error of `model` - `loss`, voxel by voxel
  std::vector<double> effective_draws;  ///< median over voxels

  /// Upper and lower bound are within 10 % of the upper one.
  bool resolved() const { return loss.mean - with_truth.mean <= 0.1 * loss.mean; }
  double least_effective_draws() const;
};

struct Floor {
  std::size_t fingerprints = 0, draws = 0, prior_draws = 0;
  FloorLosses range;  ///< SNR uniform in the data set's range
  std::vector<double> snrs;
  std::vector<FloorLosses> at_snr;  ///< order of `snrs`, the same estimator
};

/// `prior` are fingerprints of the same prior, sequence and basis as `dataset`, and none of them is in it.
/// Throws base::DisagreementError as evaluate() does.
Floor measure_floor(const Program& program, const physics::Dataset& dataset, const physics::Dataset& prior,
                    const FloorOptions& options, const std::string& model_path);

}  // namespace crbrt::evaluation
