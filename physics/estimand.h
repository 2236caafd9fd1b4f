/// The quantities an estimator reports, by name, with unit, value and bound derived from the simulation parameters.
/// One definition for trainer, evaluation, NLLS and phantoms.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "physics/crb.h"
#include "physics/tissue.h"

namespace crbrt::physics {

/// m0_semi_frac, t1_apparent_s, t1_free_s, t2_free_s, and every parameter of physics.md under its own name.
class Estimand {
 public:
  /// Empty for an unknown name.
  static std::optional<Estimand> from_name(std::string_view name);
  static std::vector<std::string> all_names();

  const std::string& name() const noexcept { return name_; }
  std::string unit() const;
  bool is_time() const noexcept { return is_time_; }  ///< reported as 1 / rate

  double value(const Tissue& tissue) const noexcept;

  /// Its bound from the bounds of the simulation parameters: CRB_T = CRB_R / R^4 for a time T = 1 / R.
  /// crb is in the order of bound_names(model). Throws std::invalid_argument when the model has no such unknown
  /// (t1_apparent_s needs T1Model::apparent, t1_free_s and r1_free_hz T1Model::separate).
  double bound(const Tissue& tissue, const Eigen::Ref<const Eigen::VectorXd>& crb, T1Model model) const;

 private:
  std::string name_;
  Parameter parameter_ = Parameter::m0_semi_frac;
  bool is_time_ = false;
};

}  // namespace crbrt::physics
