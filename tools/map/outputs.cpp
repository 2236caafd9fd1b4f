// SPDX-License-Identifier: Apache-2.0
// Names and units come from the table of quantities, ranges from the model.
#include "tools/map/outputs.h"

#include <cmath>
#include <utility>

namespace crbrt::map {

double in_unit_of(const volume::MapDescription& map, float value) {
  return map.factor == 1 ? static_cast<double>(value) : static_cast<double>(value) * map.factor;
}

std::vector<volume::MapDescription> describe_outputs(const std::string& model_path, const Program& program,
                                                     volume::TimeUnit times) {
  std::vector<volume::MapOutput> outputs;
  for (std::size_t i = 0; i < program.n_output; ++i) outputs.push_back({program.outputs[i].name, program.outputs[i].unit});
  std::vector<volume::MapDescription> maps = volume::describe_maps(model_path, outputs, times);
  for (std::size_t i = 0; i < program.n_output; ++i) {
    const Output& output = program.outputs[i];
    maps[i].details["ValidRange"] =
        base::Json::array({in_unit_of(maps[i], output.minimum), in_unit_of(maps[i], output.maximum)});
  }
  if (signal_per_m0_output(program)) {
    volume::MapDescription m0 = volume::describe_map(m0_quantity());
    for (const volume::MapDescription& map : maps)  // the model may estimate |M0| itself
      if (map.name == m0.name) m0.name = m0.output;
    maps.push_back(std::move(m0));
  }
  return maps;
}

const physics::Quantity& m0_quantity() { return *physics::find_quantity("m0"); }

std::optional<std::size_t> signal_per_m0_output(const Program& program) {
  for (std::size_t i = 0; i < program.n_output; ++i) {
    const physics::Quantity* const quantity = physics::find_quantity(program.outputs[i].name);
    if (quantity != nullptr && quantity->form == physics::Form::signal_norm) return i;
  }
  return std::nullopt;
}

void find_m0(const Program& program, double sigma, BatchMaps& maps) {
  const auto output = signal_per_m0_output(program);
  if (!output) return;
  const std::size_t n = maps.n_voxel, to = program.n_output * n;
  for (std::size_t v = 0; v < n; ++v) {
    const std::size_t from = *output * n + v;
    const double s = static_cast<double>(maps.estimates[from]), norm = static_cast<double>(maps.signal_norm[v]);
    if (!(s > 0)) continue;  // blank voxels are 0
    maps.estimates[to + v] = static_cast<float>(norm / s);
    if (!maps.std.empty())
      maps.std[to + v] = static_cast<float>(norm / s * std::hypot(static_cast<double>(maps.std[from]) / s, sigma / norm));
  }
}

volume::MapDescription describe_atypicality(const Program& program) {
  volume::MapDescription map{.name = "atypicality", .output = "atypicality", .unit = "1"};
  map.details = {{"Description", "how unlike the model's training data a voxel is; atypical above the threshold"},
                 {"Threshold", program.atypicality->threshold}};
  return map;
}

}  // namespace crbrt::map
