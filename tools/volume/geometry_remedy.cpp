// SPDX-License-Identifier: Apache-2.0
// For programs, whose users have a command line.
#include "tools/volume/geometry_remedy.h"

namespace crbrt::volume {

const char* const remedy_for_another_place = " (--ignore-geometry compares extents alone)";
const char* const remedy_for_no_place = " (--ignore-geometry maps without one)";

}  // namespace crbrt::volume
