// SPDX-License-Identifier: Apache-2.0
/// What compression costs an estimate: the one definition behind the choice of a rank and what an evaluation says of a basis.
#pragma once

#include <cmath>
#include <limits>

namespace crbrt::physics {

/// sqrt(CRB after / CRB before) of one tissue, both in the same unit: how much longer its error bar gets. Infinite where
/// nothing is left to estimate it from. `before` is finite and above 0. Of many tissues it is their median that counts
/// (base::median), so that the few that hardly tell anything do not decide.
inline double bound_factor(double before, double after) {
  return std::isfinite(after) ? std::sqrt(after / before) : std::numeric_limits<double>::infinity();
}

}  // namespace crbrt::physics
