/// The quantities an estimator reports, by name, with unit, value and bound derived from the simulation parameters.
/// One definition for trainer, evaluation, NLLS and phantoms.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "physics/crb.h"
#include "physics/tissue.h"

namespace crbrt::physics {

/// m0_semi_frac, t1_apparent_s, t1_free_s, t2_free_s, every parameter of docs/physics.md under its own name, and signal_per_m0:
/// ||c|| / |M0| of the noiseless coefficients c, a function of the tissue that turns ||c|| into |M0|.
class Estimand {
 public:
  /// Empty for an unknown name.
  static std::optional<Estimand> from_name(std::string_view name);
  static std::vector<std::string> all_names();

  const std::string& name() const noexcept { return name_; }
  std::string unit() const;
  bool is_time() const noexcept { return kind_ == Kind::time; }              ///< reported as 1 / rate
  bool is_of_signal() const noexcept { return kind_ == Kind::signal_norm; }  ///< signal_per_m0

  /// signal_norm is ||c|| of the tissue's noiseless coefficients at M0 = 1; only signal_per_m0 asks for it.
  double value(const Tissue& tissue, double signal_norm) const noexcept;

  /// Has a bound with this T1 model: t1_apparent_s needs T1Model::apparent; t1_free_s, r1_free_hz and r1_semi_hz need
  /// T1Model::separate.
  bool has_bound(T1Model model) const;

  /// Its bound from those of the simulation parameters: CRB_T = CRB_R / R^4 for a time T = 1 / R.
  /// bounds.crb is in the order of bound_names(model). Throws std::invalid_argument unless has_bound(model).
  double bound(const Tissue& tissue, const TissueBounds& bounds, T1Model model) const;

 private:
  enum class Kind { parameter, time, signal_norm };

  std::string name_;
  Parameter parameter_ = Parameter::m0_semi_frac;  ///< unless signal_norm
  Kind kind_ = Kind::parameter;
};

/// For values of estimands that are not of the signal.
inline constexpr double no_signal_norm = std::numeric_limits<double>::quiet_NaN();

}  // namespace crbrt::physics
