// SPDX-License-Identifier: Apache-2.0
/// How many terms every series of the propagation kernel takes. They follow from the sequence, the simulator's domain and a
/// class of rates, never from the tissues that share the SIMD lanes: so what a lane computes depends on its own tissue alone,
/// bit for bit, and results are the same however tissues are batched.
#pragma once

#include <cstddef>
#include <vector>

#include "physics/kernel.h"
#include "physics/r2sl.h"
#include "physics/sequence.h"
#include "physics/tissue.h"

namespace crbrt::physics {

struct TissueDomain;

/// Tissues whose rates need about as many terms. Class 0 holds whatever brains have, and the limits of class k are 4^k times
/// its own.
struct RateClass {
  int index = 0;

  static RateClass of(const Tissue& tissue);
  double transversal_max_hz() const;   ///< of r2_free + |omega0|
  double longitudinal_max_hz() const;  ///< of r1_free + r1_semi + 2 exchange

  friend bool operator==(RateClass, RateClass) = default;
};

/// The largest R2sl TRF of every pulse over a domain, a few percent added: [cycle][pulse].
std::vector<std::vector<double>> largest_rho(const Sequence& sequence, const Chebyshev2d& rho_table,
                                             const TissueDomain& domain);

/// In double so that derivatives by T2s, which are a thousandth of the signal, are good to 1e-10.
template <typename Real>
inline constexpr double series_tolerance = sizeof(Real) == sizeof(double) ? 1e-14 : 1e-8;

struct SeriesPlan {
  std::vector<std::vector<kernel::TaylorPlan>> pulse;  ///< [cycle][pulse]; the first of a cycle, an inversion, is unused
  kernel::ClosedFormPlan closed_form;

  /// `tolerance`: what the series of a step of a pulse may leave out, relative to the largest component.
  SeriesPlan(const Sequence& sequence, const std::vector<std::vector<double>>& rho_max, double b1_max_rel, RateClass rates,
             double tolerance);
};

}  // namespace crbrt::physics
