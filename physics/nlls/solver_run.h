/// One solver run from one start: Ceres' bounded Levenberg-Marquardt inside an active-set loop.
///
/// Ceres projects its steps onto the box but computes them as if the box were not there, so with a parameter at a wall it
/// creeps (a hundred evaluations instead of ten). So a solve is stopped when a parameter stays at its wall, parameters that
/// the gradient presses against their walls are held, and the rest is solved on; a held parameter whose gradient turns
/// inwards is released. It has converged when a solve did and the set of held parameters did not change after it.
#pragma once

#include <limits>

#include "physics/nlls/tissue_cost.h"

namespace crbrt::physics {

struct SolverRun {
  Tissue tissue;
  double cost = std::numeric_limits<double>::infinity();  ///< half the squared residual
  bool converged = false;
};

/// max_iterations in all rounds together.
SolverRun solve(const TissueCost& cost, const FitRange& range, const Tissue& start, int max_iterations);

}  // namespace crbrt::physics
