// SPDX-License-Identifier: Apache-2.0
// Both run over a batch that is still in the cache, plane by plane.
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

void add_prior_pull(const Program& program, BatchMaps& maps) {
  if (maps.std.empty()) return;
  for (std::size_t j = 0; j < program.n_output; ++j) {
    const Output& output = program.outputs[j];
    const float width = std::abs(output.scale);
    const std::span<const float> estimates = maps.plane(maps.estimates, j);
    float* const std = maps.std.data() + j * maps.n_voxel;
    for (std::size_t v = 0; v < maps.n_voxel; ++v) {
      const float pull = std[v] / width * ((estimates[v] - output.offset) / width);
      std[v] = std::min(std[v] * std::sqrt(1 + pull * pull), output.std_maximum);
    }
  }
}

}  // namespace crbrt::map
