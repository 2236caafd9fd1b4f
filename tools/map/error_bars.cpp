// SPDX-License-Identifier: Apache-2.0
// The rule is the runtime's, which C and Octave ask, too.
#include "tools/map/error_bars.h"

#include <cmath>

namespace crbrt::map {

bool is_bounded(const Output& output) noexcept { return output.std_minimum > 0 || std::isfinite(output.std_maximum); }

void find_limits(const Program& program, BatchMaps& maps) {
  if (maps.std.empty()) return;
  maps.std_at_limit.resize(maps.n_voxel);
  // It refuses no views of vectors of these sizes.
  (void)find_std_limits(program, View2<const float>::planes(maps.estimates.data(), maps.n_voxel, program.n_output),
                        View2<const float>::planes(maps.std.data(), maps.n_voxel, program.n_output),
                        {maps.std_at_limit.data(), maps.n_voxel});
}

}  // namespace crbrt::map
