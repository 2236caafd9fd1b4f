// SPDX-License-Identifier: Apache-2.0
/// Fingerprints and their analytic derivatives: the exact periodic solution of the linear two-pool generalised Bloch model
/// (docs/physics.md Eq. 1 to 7), several fingerprints at once in SIMD lanes.
#pragma once

#include <Eigen/Core>
#include <complex>
#include <memory>
#include <span>

#include "physics/basis.h"
#include "physics/sequence.h"
#include "physics/tissue.h"

namespace crbrt::physics {

/// What tissues a simulator must be ready for: it tabulates R2sl over this range when it is made.
struct TissueDomain {
  double t2_semi_min_s = 5e-6;
  double t2_semi_max_s = 25e-6;
  double b1_max_rel = 1.7;

  /// The smallest domain that holds all tissues.
  static TissueDomain of(std::span<const Tissue> tissues);
};

/// Of the propagation. single: twice the lanes and shorter series, good to about 1e-5 of the largest echo and of its
/// derivatives, which is a hundredth of the noise of the best data (docs/physics.md).
enum class Precision { full, single };

using Signals = Eigen::MatrixXcd;  ///< one column per fingerprint (or per fingerprint and parameter)

/// Thread-safe after construction: every const member may run from several threads.
class Simulator {
 public:
  /// Throws std::invalid_argument for an unusable sequence, and std::domain_error when the domain holds a balanced pulse
  /// for which R2sl does not exist (the message names flip angle, duration, T2s).
  Simulator(Sequence sequence, const TissueDomain& domain);
  ~Simulator();
  Simulator(Simulator&&) noexcept;

  const Sequence& sequence() const noexcept;

  /// signals [n_frame, n_tissue] at M0 = 1.
  /// Throws std::invalid_argument for a tissue that why_invalid() rejects or that lies outside the domain.
  void simulate(std::span<const Tissue> tissues, Signals& signals) const;

  /// Also jacobian [n_frame, n_tissue * n_parameter]: column t * n_parameter + p is ds_t / dp.
  void simulate(std::span<const Tissue> tissues, Signals& signals, Signals& jacobian) const;

  /// The same in the compressed domain: coefficients = U^H s.
  void simulate_projected(std::span<const Tissue> tissues, const Basis& basis, Signals& coefficients) const;
  void simulate_projected(std::span<const Tissue> tissues, const Basis& basis, Signals& coefficients, Signals& jacobian,
                          Precision precision = Precision::full) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crbrt::physics
