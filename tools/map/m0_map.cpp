// Voxel by voxel from the finished maps; norms were kept while the coefficients were at hand.
#include "tools/map/m0_map.h"

#include <cmath>

namespace crbrt::map {

const physics::Quantity& m0_quantity() { return *physics::find_quantity("m0"); }

std::optional<std::size_t> signal_per_m0_output(const Program& program) {
  for (std::size_t i = 0; i < program.n_output; ++i) {
    const physics::Quantity* const quantity = physics::find_quantity(program.outputs[i].name);
    if (quantity != nullptr && quantity->form == physics::Form::signal_norm) return i;
  }
  return std::nullopt;
}

void append_m0(const Program& program, double sigma, ModelMaps& maps) {
  const auto output = signal_per_m0_output(program);
  if (!output) return;
  const std::vector<float>& scale = maps.maps[*output];
  const std::size_t n = scale.size();
  std::vector<float> m0(n, 0.0f), std(maps.std.empty() ? 0 : n, 0.0f);
  for (std::size_t v = 0; v < n; ++v) {
    if (!(scale[v] > 0)) continue;  // blank voxels are 0
    const double s = static_cast<double>(scale[v]), norm = static_cast<double>(maps.signal_norm[v]);
    m0[v] = static_cast<float>(norm / s);
    if (!std.empty())
      std[v] = static_cast<float>(norm / s * std::hypot(static_cast<double>(maps.std[*output][v]) / s, sigma / norm));
  }
  if (!std.empty()) maps.std.push_back(std::move(std));
  maps.maps.push_back(std::move(m0));
}

}  // namespace crbrt::map
