// SPDX-License-Identifier: Apache-2.0
/// Nonlinear least squares on the same noisy voxels as the model: what the gold standard makes of them, and at what price.
#pragma once

#include <string>
#include <vector>

#include "crbrt/crbrt.hpp"
#include "physics/io/dataset.h"
#include "physics/prior.h"
#include "physics/sequence.h"

namespace crbrt::evaluation {

struct NllsOptions {
  std::size_t count = 40;        ///< fingerprints from the front of the data set
  std::size_t realisations = 4;  ///< of the noise, at least 2
  double snr = 50;
  std::uint64_t seed = 1;
  Isa isa = Isa::automatic;
  unsigned threads = 1;
};

/// One value per output; means are over fingerprints, medians over voxels, both of squared error over CRB.
struct NllsErrors {
  std::vector<double> bias2_over_crb, var_over_crb, median_loss;
};

struct NllsResult {
  NllsOptions options;
  std::size_t n_fingerprint = 0;    ///< that have a bound
  std::size_t n_not_converged = 0;  ///< voxels
  std::size_t n_at_bound = 0;       ///< voxels with a parameter at a wall of the prior
  NllsErrors nlls, model;
  double seconds_per_voxel = 0;  ///< of one core
};

/// sigma is known to the fit. Throws base::DisagreementError when the rank is too low to fit with.
NllsResult compare_nlls(const Program& program, const physics::Dataset& dataset, const physics::Sequence& sequence,
                        const physics::Prior& prior, const NllsOptions& options, const std::string& model_path);

}  // namespace crbrt::evaluation
