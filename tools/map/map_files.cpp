// One description per map; numbers of the whole run stand in the sidecar of the map that they explain. |M0| is computed from
// the finished maps: norms were kept while the coefficients were at hand.
#include "tools/map/map_files.h"

#include <cmath>

namespace crbrt::map {
namespace {

/// Exact where nothing is scaled, so that sidecars say what the model file says.
double in_unit_of(const volume::MapDescription& map, float value) {
  return map.factor == 1 ? static_cast<double>(value) : static_cast<double>(value) * map.factor;
}

}  // namespace

std::vector<volume::MapDescription> describe_outputs(const std::string& model_path, const Program& program) {
  std::vector<volume::MapOutput> outputs;
  for (std::size_t i = 0; i < program.n_output; ++i) outputs.push_back({program.outputs[i].name, program.outputs[i].unit});
  std::vector<volume::MapDescription> maps = volume::describe_maps(model_path, outputs);
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

void write_maps(volume::MapFolder& folder, const Program& program, const std::vector<volume::MapDescription>& outputs,
                const ModelMaps& maps, const std::optional<NoiseLevel>& noise, const std::optional<Atypical>& atypical) {
  for (std::size_t i = 0; i < outputs.size(); ++i) folder.write(outputs[i], maps.plane(maps.estimates, i));
  for (std::size_t i = 0; noise && !maps.std.empty() && i < outputs.size(); ++i) {
    volume::MapDescription map = volume::describe_std(
        outputs[i],
        "standard deviation of " + outputs[i].output +
            (i < program.n_output ? ", as the model predicts it for this noise"
                                  : ": those of signal_per_m0 and of the norm of the coefficients, as if not correlated"));
    map.details["Noise"] = noise->to_json();
    folder.write(map, maps.plane(maps.std, i));
  }
  if (atypical) {
    volume::MapDescription map{"atypicality", "atypicality", "1"};
    map.details["Description"] = "how unlike the model's training data a voxel is; atypical above the threshold";
    map.details["Threshold"] = program.atypicality->threshold;
    map.details.update(atypical->to_json());
    folder.write(map, maps.atypicality);
  }
  folder.write_status(maps.status);
  folder.commit();
}

const physics::Quantity& m0_quantity() { return *physics::find_quantity("m0"); }

std::optional<std::size_t> signal_per_m0_output(const Program& program) {
  for (std::size_t i = 0; i < program.n_output; ++i) {
    const physics::Quantity* const quantity = physics::find_quantity(program.outputs[i].name);
    if (quantity != nullptr && quantity->form == physics::Form::signal_norm) return i;
  }
  return std::nullopt;
}

void find_m0(const Program& program, double sigma, ModelMaps& maps) {
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

}  // namespace crbrt::map
