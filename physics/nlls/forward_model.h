// SPDX-License-Identifier: Apache-2.0
/// What a fit compares data with: anything that turns tissues into coefficients and derivatives. The exact physics is one
/// (SimulatedModel), a learned emulator may be another.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>

#include "physics/basis.h"
#include "physics/simulator.h"
#include "physics/tissue.h"

namespace crbrt::physics {

/// Thread-safe. What a tissue gets must not depend on the others of the call, bit for bit.
class ForwardModel {
 public:
  virtual ~ForwardModel() = default;

  /// coefficients [n_coeff, n_tissue] at M0 = 1.
  virtual void evaluate(std::span<const Tissue> tissues, Signals& coefficients) const = 0;
  /// Also jacobian [n_coeff, n_tissue * n_parameter], as Simulator::simulate_projected. A model of one precision ignores the
  /// last.
  virtual void evaluate(std::span<const Tissue> tissues, Signals& coefficients, Signals& jacobian,
                        Precision precision = Precision::full) const = 0;

  virtual Eigen::Index n_coeff() const noexcept = 0;
  /// Root mean square of what a real or imaginary part of the coefficients is off by at M0 = 1; a residual of that size says
  /// nothing against a fit.
  virtual double coefficient_error() const noexcept { return 0; }
  virtual double tr_s() const noexcept = 0;
  /// Whether -omega0 gives the conjugate coefficients, as it does in a real basis.
  virtual bool is_mirrored_by_conjugation() const noexcept = 0;
  /// How many tissues a call should have at least, so that none of its SIMD lanes idles.
  virtual std::size_t n_lane() const noexcept = 0;
};

/// The exact signal in a basis.
class SimulatedModel : public ForwardModel {
 public:
  /// basis [n_frame, n_coeff], orthonormal columns. Throws std::invalid_argument for a basis of another number of frames, and
  /// what Simulator throws.
  SimulatedModel(Sequence sequence, const TissueDomain& domain, Basis basis);

  void evaluate(std::span<const Tissue> tissues, Signals& coefficients) const override;
  void evaluate(std::span<const Tissue> tissues, Signals& coefficients, Signals& jacobian, Precision precision) const override;
  Eigen::Index n_coeff() const noexcept override { return basis_.cols(); }
  double tr_s() const noexcept override { return simulator_.sequence().tr_s; }
  bool is_mirrored_by_conjugation() const noexcept override { return !basis_.is_complex(); }
  std::size_t n_lane() const noexcept override { return 8; }

  const Simulator& simulator() const noexcept { return simulator_; }

 private:
  Basis basis_;
  Simulator simulator_;
};

}  // namespace crbrt::physics
