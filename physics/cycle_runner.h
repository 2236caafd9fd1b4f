/// Runs the propagation kernel over groups of tissues: rate tables per cycle, the periodic state by a 4x4 solve per lane, then
/// signals and derivatives. Simulator is its public face.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "physics/chebyshev2d.h"
#include "physics/kernel.h"
#include "physics/sequence.h"
#include "physics/simulator.h"
#include "physics/tissue.h"

namespace crbrt::physics {

/// Results of one cycle for up to kernel::lanes tissues.
struct GroupResult {
  std::size_t first_tissue, n_tissue;
  std::size_t first_frame;
  int n_pulse;
  const double* signal;    ///< [n_pulse][2][lanes]: real, imaginary
  const double* gradient;  ///< [n_pulse][n_param][2][lanes], null without derivatives
};

class CycleRunner {
 public:
  /// See Simulator::Simulator.
  CycleRunner(Sequence sequence, const TissueDomain& domain);

  const Sequence& sequence() const noexcept { return sequence_; }

  /// Calls sink for every cycle of every group of lanes, in order.
  void run(std::span<const Tissue> tissues, bool with_gradient, const std::function<void(const GroupResult&)>& sink) const;

 private:
  void make_tables();
  void check(std::span<const Tissue> tissues) const;

  Sequence sequence_;
  TissueDomain domain_;
  std::vector<std::vector<double>> log_trf_;  // [cycle][pulse]
  Chebyshev2d rho_, z_end_;                   // shared by all cycles
  const kernel::Functions& kernel_;
};

}  // namespace crbrt::physics
