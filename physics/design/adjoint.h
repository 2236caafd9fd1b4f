// SPDX-License-Identifier: Apache-2.0
/// Derivatives of a cost with respect to every pulse of a cycle, when the cost depends on echoes and on their derivatives by
/// the tissue parameters (a Cramér-Rao bound does): the sensitivity recursion through the periodic cycle, forwards and then
/// backwards. One sweep costs about five simulations with derivatives, whatever the number of pulses.
///
/// With the cycle map m -> A m + a, echo 0 is m_0 = (I - A)^-1 a and its derivative (I - A)^-1 (dA m_0 + da). Backwards, what
/// a cycle passes to the one before it solves the transposed equation u = A^T u + b: first for the adjoints of the derivatives,
/// whose b is known at once, then for that of the echo, whose b needs a sweep of theirs.
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "physics/cycle_work.h"
#include "physics/kernel.h"
#include "physics/r2sl.h"
#include "physics/sequence.h"
#include "physics/simulator.h"

namespace crbrt::physics {

/// The pulses that tables of R2sl must serve, so that they are made once for many trains.
struct PulseDomain {
  double alpha_max_rad = 2.2;  ///< balanced pulses
  double trf_min_s = 100e-6, trf_max_s = 500e-6;
  double inversion_trf_s = 500e-6;
};

struct PulseSlopes {
  Eigen::VectorXd alpha;  ///< [n_pulse]: d cost / d alpha, per rad; 0 for the inversion, which is not a degree of freedom
  Eigen::VectorXd trf;    ///< [n_pulse]: d cost / d trf, per second
};

/// Thread-safe after construction.
class AdjointTables {
 public:
  /// Throws std::domain_error where R2sl does not exist, std::invalid_argument for a pulse longer than 200 T2s.
  AdjointTables(const PulseDomain& pulses, const TissueDomain& tissues);

 private:
  friend class AdjointCycle;
  TissueDomain domain_;
  Chebyshev2d rho_, z_end_;
  const kernel::Functions<double>& kernel_;
  const kernel::AdjointFunctions& sweeps_;
};

/// One cycle seen by up to group_size tissues at once.
class AdjointCycle {
 public:
  static constexpr std::size_t group_size = kernel::lanes_of<double>;

  /// Throws std::invalid_argument for an invalid cycle or tissue. Pulses and tissues must lie in the domains of the tables.
  AdjointCycle(const AdjointTables& tables, const Cycle& cycle, double tr_s, std::span<const Tissue> tissues);

  /// signals [n_pulse, n_tissue] and jacobian [n_pulse, n_tissue * n_parameter], as Simulator::simulate.
  void forward(Signals& signals, Signals& jacobian);

  /// d cost / d pulse, summed over the tissues, from d cost / d signals and d cost / d jacobian: complex numbers that hold the
  /// derivatives by real and imaginary part. After forward().
  PulseSlopes backward(const Signals& signal_seeds, const Signals& jacobian_seeds);

 private:
  kernel::CycleArgs args() const;
  void load_seeds(const Signals& signal_seeds, const Signals& jacobian_seeds);
  void pass_back_derivatives();
  void pass_back_echo();

  const AdjointTables& tables_;
  const Cycle cycle_;
  const double tr_s_;
  const std::size_t n_tissue_;
  const LaneTissues<double> tissues_;
  const SeriesPlan plan_;
  std::vector<double> log_trf_, trace_, seed_, adjoint_, slope_;
  CycleStorage<double> cycle_storage_;
  kernel::AdjointWork adjoint_work_{};
};

}  // namespace crbrt::physics
