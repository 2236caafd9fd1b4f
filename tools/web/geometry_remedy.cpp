// SPDX-License-Identifier: Apache-2.0
// For the page: what its user can do is a matter of the file's header.
#include "tools/volume/geometry_remedy.h"

namespace crbrt::volume {

const char* const remedy_for_another_place =
    " (save it with the header of the coefficients; an image whose qform_code and sform_code are 0 is compared by its extents "
    "alone)";
const char* const remedy_for_no_place =
    " (mend the header, or set its qform_code and sform_code to 0: then the maps have no place in the world)";

}  // namespace crbrt::volume
