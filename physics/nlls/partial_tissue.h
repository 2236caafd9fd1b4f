// SPDX-License-Identifier: Apache-2.0
/// A tissue of which not everything is known: where a fit starts from what a network or a folder of maps says.
#pragma once

#include <array>

#include "physics/quantity.h"
#include "physics/tissue.h"

namespace crbrt::physics {

class PartialTissue {
 public:
  PartialTissue() { values_.fill(unknown); }

  /// `si` in SI units; quantities that are no parameter or the time of one (Quantity::gives_parameter) say nothing. A time that
  /// is not above zero, and a value that is not finite, is unknown.
  void set(const Quantity& quantity, double si);

  /// NaN stands for a parameter that the fit has to find a start for. With apparent T1 both pools have one rate.
  Tissue tissue(T1Model t1_model) const;

 private:
  static const double unknown;
  std::array<double, n_parameter> values_;
};

}  // namespace crbrt::physics
