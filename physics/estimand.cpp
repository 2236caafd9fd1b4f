// SPDX-License-Identifier: Apache-2.0
// Values and bounds of the quantities that estimators report.
#include "physics/estimand.h"

#include <limits>
#include <stdexcept>

namespace crbrt::physics {
std::optional<Estimand> Estimand::from_name(std::string_view text) {
  const Quantity* const quantity = find_quantity(text);
  if (quantity == nullptr || !quantity->is_estimand()) return std::nullopt;
  return Estimand(*quantity);
}

std::vector<std::string> Estimand::all_names() {
  std::vector<std::string> names;
  for (const Quantity& quantity : quantities())
    if (quantity.is_estimand()) names.emplace_back(quantity.key);
  return names;
}

double Estimand::value(const Tissue& tissue, double signal_norm) const noexcept {
  const double parameter = tissue.values()[static_cast<std::size_t>(quantity_->parameter)];
  switch (quantity_->form) {
    case Form::parameter: return parameter;
    case Form::inverse: return 1 / parameter;
    case Form::signal_norm: return signal_norm;
    case Form::cycles_per_tr:
    case Form::m0: break;  // no estimands, so that from_name() gives none
  }
  return std::numeric_limits<double>::quiet_NaN();
}

double Estimand::bound(const Tissue& tissue, const TissueBounds& bounds, const Unknowns& unknowns) const {
  if (!has_bound(unknowns))
    throw std::invalid_argument("no bound of " + name() + " with the T1 model " +
                                std::string(physics::name(unknowns.t1_model())) + " and what is known");
  const auto parameter_bound = [&] { return bounds.crb[*unknowns.index_of(quantity_->parameter)]; };
  switch (quantity_->form) {
    case Form::parameter: return parameter_bound();
    case Form::inverse: {
      const double time = value(tissue, no_signal_norm);
      return parameter_bound() * time * time * time * time;
    }
    case Form::signal_norm: return bounds.signal_per_m0_crb;
    case Form::cycles_per_tr:
    case Form::m0: break;  // no estimands, so that from_name() gives none
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace crbrt::physics
