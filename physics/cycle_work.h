/// What every user of the propagation kernel needs: the kernel of this CPU, storage of one cycle, tissues in lanes, and the
/// periodic state.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "physics/chebyshev2d.h"
#include "physics/kernel.h"
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
  explicit LaneTissues(std::span<const Tissue> tissues);
};

enum class Transpose { no, yes };

/// Solves (I - A) solution = right in every lane, or with A^T; A is the cycle's map. Both [n_state][lanes].
void solve_periodic(const kernel::CycleWork& work, Transpose transpose, const double* right, double* solution);

}  // namespace crbrt::physics
