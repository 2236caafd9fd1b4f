/// The propagation kernel at work: what every user of it needs (the kernel of this CPU, storage of one cycle, tissues in lanes,
/// the periodic state), and the runner over groups of tissues.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "physics/kernel.h"
#include "physics/r2sl.h"
#include "physics/sequence.h"
#include "physics/series_plan.h"
#include "physics/simulator.h"
#include "physics/tissue.h"

namespace crbrt::physics {

const kernel::Functions& best_kernel();

kernel::Table plain_table(const Chebyshev2d& table);

/// Storage behind kernel::CycleWork for a cycle of n_pulse pulses.
class CycleStorage {
 public:
  CycleStorage(std::size_t n_pulse, bool with_gradient);
  kernel::CycleWork work;

 private:
  std::vector<double> storage_;
};

/// Lane-major copies of up to `lanes` tissues; idle lanes repeat the last one.
struct LaneTissues {
  double values[kernel::n_param * kernel::lanes], log_t2_semi[kernel::lanes];
  LaneTissues(std::span<const Tissue> tissues, std::span<const std::size_t> members);
};

enum class Transpose { no, yes };

/// Solves (I - A) solution = right in every lane, or with A^T; A is the cycle's map. Both [n_state][lanes].
void solve_periodic(const kernel::CycleWork& work, Transpose transpose, const double* right, double* solution);

/// Results of one cycle for up to kernel::lanes tissues.
struct GroupResult {
  std::span<const std::size_t> tissues;  ///< the tissue of every lane in use
  std::size_t first_frame;
  int n_pulse;
  const double* signal;    ///< [n_pulse][2][lanes]: real, imaginary
  const double* gradient;  ///< [n_pulse][n_param][2][lanes], null without derivatives
};

/// Runs the propagation kernel over groups of tissues: rate tables per cycle, the periodic state by a 4x4 solve per lane, then
/// signals and derivatives. Simulator is its public face.
class CycleRunner {
 public:
  /// See Simulator::Simulator.
  CycleRunner(Sequence sequence, const TissueDomain& domain);

  const Sequence& sequence() const noexcept { return sequence_; }

  /// Calls sink for every cycle of every group of lanes. What a tissue gets does not depend on the others.
  void run(std::span<const Tissue> tissues, bool with_gradient, const std::function<void(const GroupResult&)>& sink) const;

 private:
  using Sink = std::function<void(const GroupResult&)>;

  void make_tables();
  void run_group(const SeriesPlan& plan, std::span<const Tissue> tissues, std::span<const std::size_t> members,
                 bool with_gradient, CycleStorage& storage, const Sink& sink) const;
  void check(std::span<const Tissue> tissues) const;

  Sequence sequence_;
  TissueDomain domain_;
  std::vector<std::vector<double>> log_trf_;  // [cycle][pulse]
  Chebyshev2d rho_, z_end_;                   // shared by all cycles
  std::vector<std::vector<double>> rho_max_;  // [cycle][pulse]
  std::optional<SeriesPlan> usual_plan_;      // of rate class 0
  const kernel::Functions& kernel_;
};

}  // namespace crbrt::physics
