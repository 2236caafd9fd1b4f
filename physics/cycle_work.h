// SPDX-License-Identifier: Apache-2.0
/// The propagation kernel at work: what every user of it needs (the kernel of this CPU, storage of one cycle, tissues in lanes,
/// the periodic state), and the runner over groups of tissues.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "physics/kernel.h"
#include "physics/r2sl.h"
#include "physics/sequence.h"
#include "physics/series_plan.h"
#include "physics/simulator.h"
#include "physics/tissue.h"

namespace crbrt::physics {

/// The kernel of this CPU, in double or float.
template <typename Real>
const kernel::Functions<Real>& best_kernel();
const kernel::AdjointFunctions& best_adjoint();

/// A table as plain data.
kernel::Table plain_table(const Chebyshev2d& table);

/// Storage behind kernel::CycleWork for a cycle of n_pulse pulses.
template <typename Real>
class CycleStorage {
 public:
  CycleStorage(std::size_t n_pulse, bool with_gradient);
  kernel::BasicCycleWork<Real> work;

 private:
  std::vector<Real> storage_;
};

/// Lane-major copies of up to `lanes` tissues; idle lanes repeat the last one.
template <typename Real>
struct LaneTissues {
  Real values[kernel::n_param * kernel::lanes_of<Real>], log_t2_semi[kernel::lanes_of<Real>];
  LaneTissues(std::span<const Tissue> tissues, std::span<const std::size_t> members);
};

enum class Transpose { no, yes };

/// Solves (I - A) solution = right in every lane, or with A^T; A is the cycle's map. Both [n_state][lanes].
template <typename Real>
void solve_periodic(const kernel::BasicCycleWork<Real>& work, Transpose transpose, const Real* right, Real* solution);

/// Results of one cycle for up to lanes_of<Real> tissues.
template <typename Real>
struct GroupResult {
  std::span<const std::size_t> tissues;  ///< the tissue of every lane in use
  std::size_t first_frame;
  int n_pulse;
  const Real* signal;    ///< [n_pulse][2][lanes]: real, imaginary
  const Real* gradient;  ///< [n_pulse][n_param][2][lanes], null without derivatives
};

/// A sequence and what is tabulated for it over a domain of tissues.
class SequenceTables {
 public:
  /// See Simulator::Simulator.
  SequenceTables(Sequence sequence, const TissueDomain& domain);

  /// Throws std::invalid_argument for tissues that cannot be simulated with these tables.
  void check(std::span<const Tissue> tissues) const;

  const Sequence sequence;
  const TissueDomain domain;
  Chebyshev2d rho, z_end;                    ///< shared by all cycles
  std::vector<std::vector<double>> rho_max;  ///< [cycle][pulse]
};

/// Runs the propagation kernel over groups of tissues: rate tables per cycle, the periodic state by a 4x4 solve per lane, then
/// signals and derivatives. Simulator is its public face.
/// Single precision has twice the lanes and shorter series: signals and derivatives are good to about 1e-5 of the largest echo,
/// a hundredth of the noise of the best data.
template <typename Real>
class CycleRunner {
 public:
  using Sink = std::function<void(const GroupResult<Real>&)>;

  /// `tables` must outlive this.
  explicit CycleRunner(const SequenceTables& tables);

  /// Calls sink for every cycle of every group of lanes. What a tissue gets does not depend on the others. Throws
  /// std::invalid_argument for a tissue that why_invalid() rejects or that lies outside the domain.
  void run(std::span<const Tissue> tissues, bool with_gradient, const Sink& sink) const;

 private:
  void run_group(const SeriesPlan& plan, std::span<const Tissue> tissues, std::span<const std::size_t> members,
                 bool with_gradient, CycleStorage<Real>& storage, const Sink& sink) const;

  struct Pulses {
    std::vector<Real> alpha_rad, trf_s, log_trf;
  };
  struct Table {
    std::vector<Real> coefficients;
    kernel::BasicTable<Real> plain;
    explicit Table(const Chebyshev2d& table);
  };
  const SequenceTables& tables_;
  std::vector<Pulses> cycles_;
  Table rho_, z_end_;
  SeriesPlan usual_plan_;  // of rate class 0
  const kernel::Functions<Real>& kernel_;
};

}  // namespace crbrt::physics
