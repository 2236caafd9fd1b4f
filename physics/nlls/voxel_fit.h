// SPDX-License-Identifier: Apache-2.0
/// What a least-squares fit says of one voxel, and how it is told to work.
#pragma once

#include <Eigen/Core>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "physics/crb.h"
#include "physics/tissue.h"

namespace crbrt::physics {

struct FitSettings {
  T1Model t1_model = T1Model::apparent;
  std::size_t n_start = 4;         ///< solver runs per voxel; the lowest cost wins
  std::size_t n_screened = 16384;  ///< draws from the prior that compete for being a start
  std::uint64_t seed = 1;          ///< of those draws
  std::optional<double> sigma{};   ///< noise of the real and of the imaginary part; empty: from each voxel's residual
  bool map_prior = false;          ///< maximum a posteriori with the Gaussians of the prior's first class; needs sigma
  std::size_t n_thread = 1;
  int max_iterations = 100;  ///< fingerprints with derivatives of one solver run
  /// Runs simulate in single precision, and the best one ends in full precision. false: only where single precision does not
  /// suffice, which leaves the other estimates within a hundredth of the noise of SNR 100.
  bool ends_in_full_precision = true;
  /// A run ends where the step that it would take promises to lower the residual by less than this share, and takes it on
  /// trust. 1e-4 of the noise floor is 0.05 standard deviations, 1e-2 half of one.
  double trusted_decrease = 1e-4;
  /// max_iterations of the run from a given start (Fitter::fit_from), whose last step is then taken on trust where it promises
  /// less than a standard deviation; 0: as all others.
  int max_refining = 0;
  /// A given start (Fitter::fit_from) that noise of a known sigma does not explain runs against one with the off-resonance and
  /// B1 of the nearest draw, and the better goes on after a step: a network is surer of the tissue than of these, in which
  /// minima differ.
  bool rivals = true;
  /// Whose estimates a wall of the range must not have moved (FitStatus); those that the T1 model knows.
  std::vector<Parameter> wanted{Parameter::m0_semi_frac, Parameter::r1_free_hz, Parameter::r2_free_hz};
};

enum class FitStatus : std::uint8_t {
  ok = 0,
  non_finite = 1,         ///< a coefficient is NaN or infinite: nothing was fitted
  zero_signal = 2,        ///< all coefficients are zero: nothing was fitted
  not_computed = 4,       ///< never set by a fit: the voxel was not asked for
  not_converged = 5,      ///< the best start stopped before it converged: the estimates are kept
  at_bound = 6,           ///< a wall of the range decides a wanted parameter: it lies there, or it would move by more than half
                          ///< its standard deviation if the walls were not there
  nuisance_at_bound = 7,  ///< a parameter that is not wanted lies at a wall, and the wanted ones would hardly move without it
};

/// Tissue, M0 and a covariance are there: all but the voxels that were not fitted.
constexpr bool has_estimate(FitStatus status) {
  return status == FitStatus::ok || status == FitStatus::at_bound || status == FitStatus::nuisance_at_bound ||
         status == FitStatus::not_converged;
}

struct VoxelFit {
  FitStatus status = FitStatus::not_computed;
  Tissue tissue;
  std::complex<double> m0;
  Eigen::VectorXd variance;     ///< [n_bound], squared parameter units, order of range().unknowns(); infinite where none exists
  double signal_variance = 0;   ///< of signal_norm
  double m0_std = 0;            ///< standard deviation of |M0|
  double signal_norm = 0;       ///< ||c|| of the fitted tissue at M0 = 1
  double residual_norm = 0;     ///< ||d - M0 c||
  double sigma = 0;             ///< used for the variances
  std::size_t n_agree = 0;      ///< starts that ended within a log-likelihood of 0.01 of the best, or on the way there
  std::size_t n_simulated = 0;  ///< fingerprints with derivatives that the voxel cost
};

/// Real numbers of the data minus unknowns: 2 n_coeff - n_unknown - 2.
double degrees_of_freedom(Eigen::Index n_coeff, std::size_t n_unknown);

/// The median of chi-square with n degrees of freedom over n, by the approximation of Wilson and Hilferty.
double median_reduced_chi_square(double n);

/// What noise alone leaves less than in all but one voxel of 10,000, likewise.
double largest_reduced_chi_square(double n);

/// What fits of some data leave (Fitter::expect_residual_of).
struct ExpectedResidual {
  double median = 1;  ///< of the reduced chi-square, over that of noise alone
  double factor =
      1;  ///< by which chi-squares of noise must be larger for nine in ten of the voxels to be no exception; at least 1
};

}  // namespace crbrt::physics
