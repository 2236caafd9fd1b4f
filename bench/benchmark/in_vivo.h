// SPDX-License-Identifier: Apache-2.0
/// Real voxels, of which nobody knows the truth: how far estimators are from least squares that have converged.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "bench/benchmark/comparison.h"
#include "bench/benchmark/in_vivo_options.h"
#include "physics/basis.h"
#include "physics/prior.h"
#include "physics/sequence.h"

namespace crbrt::bench {

/// What was read, all of it checked.
struct InVivo {
  physics::Sequence sequence;
  physics::Basis basis;
  physics::Prior prior;  ///< models/priors/invivo6.json
  Voxels voxels;
  Model network, crb_network;  ///< invivo6, whose estimates warm fits start from, and invivo6_crb
  std::uint64_t draws = 0;
};

/// `models` is the folder of the shipped models. Throws base::InputError, and base::DisagreementError where sequence or basis
/// are not the models'.
InVivo read_in_vivo(const InVivoOptions& options, const std::string& models, std::uint64_t seed);

/// What others are held against.
struct Reference {
  Eigen::ArrayXXd values;  ///< [output, voxel]
  Eigen::ArrayXXd std;     ///< [output, voxel]; NaN where the fit did not converge, or a wall of the prior decided it
};

/// For every output of `names`, and for all of them together under "all": scaled_errors_json() of the difference over the
/// reference's standard deviation, "rms". Voxels without one do not count.
base::Json differences_json(const std::vector<std::string>& names, const Eigen::ArrayXXd& values, const Reference& reference);

/// {ESTIMATOR: differences_json(), "us_per_voxel" and "configuration"}; of "nlls_thorough", the reference, no differences.
base::Json in_vivo_json(const InVivo& in_vivo, std::size_t n_turn);

}  // namespace crbrt::bench
