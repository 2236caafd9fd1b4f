// SPDX-License-Identifier: Apache-2.0
// Over a batch that is still in the cache, plane by plane.
#include "tools/map/error_bars.h"

#include <algorithm>
#include <cmath>

namespace crbrt::map {

bool is_bounded(const Output& output) noexcept { return output.std_minimum > 0 || std::isfinite(output.std_maximum); }

void find_limits(const Program& program, BatchMaps& maps) {
  if (maps.std.empty()) return;
  maps.std_at_limit.assign(maps.n_voxel, 0);
  for (std::size_t j = 0; j < program.n_output; ++j) {
    const Output& output = program.outputs[j];
    if (!is_bounded(output)) continue;
    const std::span<const float> std = maps.plane(maps.std, j);
    for (std::size_t v = 0; v < maps.n_voxel; ++v)
      if (std[v] > 0 && (std[v] <= output.std_minimum || std[v] >= output.std_maximum))
        maps.std_at_limit[v] |= std::uint32_t{1} << j;
  }
}

}  // namespace crbrt::map
