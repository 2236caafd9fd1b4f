// SPDX-License-Identifier: Apache-2.0
/// In which colours people see a map: one rule for the page of --report and for the page of tools/web. It needs no file.
#pragma once

#include "physics/quantity.h"

namespace crbrt::volume {

/// The name of a colour map of NiiVue; nullptr: of a map whose quantity is not known.
const char* colours_of(const physics::Quantity* quantity);

}  // namespace crbrt::volume
