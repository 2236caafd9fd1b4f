/// The gold standard: nonlinear least squares over all tissue parameters and a complex M0, voxel by voxel (Ceres, trust
/// region Levenberg-Marquardt, analytic Jacobian, box bounds, several starts), with its covariance.
#pragma once

#include <Eigen/Core>
#include <complex>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "physics/crb.h"
#include "physics/nlls/fit_range.h"
#include "physics/prior.h"
#include "physics/sequence.h"
#include "physics/simulator.h"
#include "physics/tissue.h"

namespace crbrt::physics {

enum class M0Mode { eliminated, fitted };

struct FitSettings {
  T1Model t1_model = T1Model::apparent;
  M0Mode m0_mode = M0Mode::eliminated;  ///< fitted: Re M0 and Im M0 are two more unknowns of the solver; same minimum
  std::size_t n_start = 4;              ///< solver runs per voxel; the lowest cost wins
  std::size_t n_screened = 1024;        ///< draws from the prior that compete for being a start
  std::uint64_t seed = 1;               ///< of those draws
  std::optional<double> sigma;          ///< noise of the real and of the imaginary part; empty: from each voxel's residual
  std::size_t n_thread = 1;
  int max_iterations = 100;
};

enum class FitStatus : std::uint8_t {
  ok = 0,
  non_finite = 1,     ///< a coefficient is NaN or infinite: nothing was fitted
  zero_signal = 2,    ///< all coefficients are zero: nothing was fitted
  not_computed = 4,   ///< never set by Fitter: the voxel was not asked for
  not_converged = 5,  ///< the best start stopped before it converged: the estimates are kept
  at_bound = 6,       ///< a parameter ended at a wall of the range: kept, but its standard deviation is not meaningful
};

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
  std::size_t n_agree = 0;      ///< starts that ended within a log-likelihood of 0.01 of the best
  std::size_t n_simulated = 0;  ///< fingerprints with derivatives that the voxel cost
};

/// The fewest complex coefficients that leave as many real numbers as unknowns, and one more where sigma is estimated.
std::size_t least_rank(const Unknowns& unknowns, const FitSettings& settings);

class Fitter {
 public:
  /// basis [n_frame, n_coeff], orthonormal columns. Throws std::invalid_argument where sequence, basis, prior and settings do
  /// not fit together (fewer real coefficients than unknowns, or no degree of freedom left to estimate sigma from), and what
  /// Simulator throws. Making one simulates n_screened fingerprints.
  Fitter(Sequence sequence, Basis basis, Prior prior, const FitSettings& settings);
  ~Fitter();

  /// coefficients [n_coeff, n_voxel] -> one fit per column. The same call gives the same bits; other neighbours or another
  /// number of threads change a fit by the rounding of the simulator only. on_voxel(n_done) is called after every voxel, one
  /// call at a time; it must not throw.
  std::vector<VoxelFit> fit(const Eigen::MatrixXcd& coefficients, const std::function<void(std::size_t)>& on_voxel = {}) const;

  const FitSettings& settings() const noexcept;
  const FitRange& range() const noexcept;
  const Simulator& simulator() const noexcept;
  const Basis& basis() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crbrt::physics
