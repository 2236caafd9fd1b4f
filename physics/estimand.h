// SPDX-License-Identifier: Apache-2.0
/// The quantities an estimator reports, by name, with value and bound derived from the simulation parameters.
/// One definition for trainer, evaluation, NLLS and phantoms.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "physics/crb.h"
#include "physics/quantity.h"
#include "physics/tissue.h"

namespace crbrt::physics {

/// A row of the table of quantities (physics/quantity.h) that has a value and a bound for every tissue: a parameter, the time
/// of a rate, or signal_per_m0, which is ||c|| / |M0| of the noiseless coefficients c, a function of the tissue that turns
/// ||c|| into |M0|.
class Estimand {
 public:
  /// Empty for an unknown name, and for a quantity that is no estimand.
  static std::optional<Estimand> from_name(std::string_view name);
  static std::vector<std::string> all_names();

  std::string name() const { return std::string(quantity_->key); }
  std::string unit() const { return std::string(quantity_->unit); }                    ///< SI
  bool is_time() const noexcept { return quantity_->form == Form::inverse; }           ///< reported as 1 / rate
  bool is_of_signal() const noexcept { return quantity_->form == Form::signal_norm; }  ///< signal_per_m0

  /// signal_norm is ||c|| of the tissue's noiseless coefficients at M0 = 1; only signal_per_m0 asks for it.
  double value(const Tissue& tissue, double signal_norm) const noexcept;

  /// Has a bound where these are unknown: t1_apparent_s and r1_apparent_hz need T1Model::apparent; times and rates of r1 of one
  /// pool need T1Model::separate; and what is known has none.
  bool has_bound(const Unknowns& unknowns) const noexcept {
    return quantity_->is_of(unknowns.t1_model()) && (is_of_signal() || unknowns.has(quantity_->parameter));
  }

  /// Its bound from those of the simulation parameters: CRB_T = CRB_R / R^4 for a time T = 1 / R.
  /// bounds.crb is in the order of bound_names(unknowns). Throws std::invalid_argument unless has_bound(unknowns).
  double bound(const Tissue& tissue, const TissueBounds& bounds, const Unknowns& unknowns) const;

 private:
  explicit Estimand(const Quantity& quantity) noexcept : quantity_(&quantity) {}

  const Quantity* quantity_;
};

/// For values of estimands that are not of the signal.
inline constexpr double no_signal_norm = std::numeric_limits<double>::quiet_NaN();

}  // namespace crbrt::physics
