// SPDX-License-Identifier: Apache-2.0
/// What every estimator of crbrt-benchmark is measured on: unseen fingerprints of a prior with noise, the truth, and the bound.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "crbrt/loader.hpp"
#include "crbrt/view.h"
#include "physics/estimand.h"
#include "physics/io/dataset.h"
#include "physics/prior.h"
#include "physics/simulator.h"
#include "tools/evaluation/targets.h"

namespace crbrt::bench {

/// The outputs that are compared: "m0_semi_frac", "t1_apparent_s", "t2_free_s".
const std::vector<std::string>& wanted_outputs();

/// Quantities of the table by name; all of them are estimands.
std::vector<physics::Estimand> estimands_of(const std::vector<std::string>& names);
/// [estimand, tissue]
Eigen::ArrayXXd values_of(const std::vector<physics::Estimand>& estimands, const std::vector<physics::Tissue>& tissues);

/// sigma is 1 / snr_max of the prior, |M0| is SNR * sigma ([paper] Section 2.4).
struct Problem {
  physics::Simulator simulator;
  physics::Prior prior;
  physics::Dataset set;  ///< fingerprints that have a bound
  evaluation::Targets targets;
  std::vector<physics::Estimand> estimands;  ///< [output]
  Eigen::ArrayXd prior_variance;             ///< [output] of the prior's draws

  /// Of the wanted outputs: [output, tissue].
  Eigen::ArrayXXd values(const std::vector<physics::Tissue>& tissues) const { return values_of(estimands, tissues); }
  double sigma() const { return 1 / set.snr_max; }
};

/// `n` fingerprints of the prior, drawn with `seed`, in the basis that `model` carries. Throws base::InputError naming the
/// files.
Problem make_problem(const std::string& sequence_path, const std::string& prior_path, const Model& model,
                     const std::string& model_path, std::size_t n, std::uint64_t seed);

/// What an estimator is given.
struct Voxels {
  std::vector<std::size_t> fingerprints;  ///< [voxel] of a problem; empty for those of an image
  Eigen::MatrixXcd coefficients;          ///< [n_coeff, voxel], the numbers of `rows` in double
  std::vector<float> rows;                ///< [voxel, 2 * n_coeff] as the runtime reads them

  std::size_t size() const noexcept { return static_cast<std::size_t>(coefficients.cols()); }
};

/// Noisy voxels of fingerprints first, first + step, ...: `n_realisation` of each, next to each other.
Voxels noisy_voxels(const Problem& problem, double snr, std::size_t first, std::size_t step, std::size_t n_realisation,
                    std::uint64_t seed);

}  // namespace crbrt::bench
