// SPDX-License-Identifier: Apache-2.0
// Colours are the community's where it has recommended any.
#include "tools/volume/map_colours.h"

namespace crbrt::volume {

/// Lipari for T1 and Navia for T2, as the community's recommendation has it ([qmri-colours] in docs/references.md).
const char* colours_of(const physics::Quantity* quantity) {
  if (quantity == nullptr) return "viridis";
  if (quantity->form == physics::Form::m0 || quantity->form == physics::Form::signal_norm) return "gray";
  switch (quantity->parameter) {
    case physics::Parameter::r1_free_hz:
    case physics::Parameter::r1_semi_hz: return "lipari";
    case physics::Parameter::r2_free_hz: return "navia";
    case physics::Parameter::omega0_rad_s:
    case physics::Parameter::b1_rel: return "blue2red";
    default: return "viridis";
  }
}

}  // namespace crbrt::volume
