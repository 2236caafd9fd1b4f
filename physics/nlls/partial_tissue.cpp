// SPDX-License-Identifier: Apache-2.0
#include "physics/nlls/partial_tissue.h"

#include <cmath>
#include <limits>

namespace crbrt::physics {
namespace {

std::size_t index_of(Parameter parameter) { return static_cast<std::size_t>(parameter); }

}  // namespace

const double PartialTissue::unknown = std::numeric_limits<double>::quiet_NaN();

void PartialTissue::set(const Quantity& quantity, double si) {
  if (!quantity.gives_parameter()) return;
  const double value = quantity.form != Form::inverse ? si : si > 0 ? 1 / si : unknown;
  values_[index_of(quantity.parameter)] = std::isfinite(value) ? value : unknown;
}

Tissue PartialTissue::tissue(T1Model t1_model) const {
  std::array<double, n_parameter> values = values_;
  if (t1_model == T1Model::apparent) values[index_of(Parameter::r1_semi_hz)] = values[index_of(Parameter::r1_free_hz)];
  return Tissue::from_values(values);
}

}  // namespace crbrt::physics
