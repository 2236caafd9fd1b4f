/// What a fit compares data with: anything that turns tissues into coefficients and derivatives. The exact physics is one
/// (SimulatedModel), a learned emulator may be another.
#pragma once

#include <span>

#include "physics/basis.h"
#include "physics/simulator.h"
#include "physics/tissue.h"

namespace crbrt::physics {

class ForwardModel {
 public:
  virtual ~ForwardModel() = default;

  /// coefficients [n_coeff, n_tissue] at M0 = 1 and jacobian [n_coeff, n_tissue * n_parameter], as
  /// Simulator::simulate_projected. What a tissue gets must not depend on the others of the call, bit for bit; thread-safe.
  virtual void evaluate(std::span<const Tissue> tissues, Signals& coefficients, Signals& jacobian) const = 0;

  /// How many tissues a call should have at least, so that none of its SIMD lanes idles.
  virtual std::size_t n_lane() const noexcept = 0;
};

/// The exact signal in a basis. Both must outlive this.
class SimulatedModel : public ForwardModel {
 public:
  SimulatedModel(const Simulator& simulator, const Basis& basis) : simulator_(simulator), basis_(basis) {}

  void evaluate(std::span<const Tissue> tissues, Signals& coefficients, Signals& jacobian) const override {
    simulator_.simulate_projected(tissues, basis_, coefficients, jacobian);
  }
  std::size_t n_lane() const noexcept override { return 4; }

 private:
  const Simulator& simulator_;
  const Basis& basis_;
};

}  // namespace crbrt::physics
