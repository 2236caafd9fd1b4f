// One description per map; numbers of the whole run stand in the sidecar of the map that they explain.
#include "tools/map/map_files.h"

#include "tools/map/m0_map.h"
#include "tools/volume/map_names.h"

namespace crbrt::map {

std::vector<volume::MapDescription> describe_outputs(const std::string& model_path, const Program& program) {
  std::vector<std::string> outputs;
  for (std::size_t i = 0; i < program.n_output; ++i) outputs.emplace_back(program.outputs[i].name);
  const bool has_m0 = signal_per_m0_output(program).has_value();
  if (has_m0) outputs.emplace_back(m0_output);
  const std::vector<std::string> names = volume::map_names(model_path, outputs);
  std::vector<volume::MapDescription> maps;
  for (std::size_t i = 0; i < program.n_output; ++i) {
    const Output& output = program.outputs[i];
    maps.push_back({names[i], outputs[i], output.unit, {{"ValidRange", base::Json::array({output.minimum, output.maximum})}}});
  }
  if (has_m0)
    maps.push_back({names.back(),
                    std::string(m0_output),
                    "a.u.",
                    {{"Description", "|M0| in units of the data: norm of the coefficients over signal_per_m0"}}});
  return maps;
}

void write_maps(volume::MapFolder& folder, const Program& program, const std::vector<volume::MapDescription>& outputs,
                const ModelMaps& maps, const std::optional<NoiseLevel>& noise, const std::optional<Atypical>& atypical) {
  const std::string suffix(volume::std_suffix);
  for (std::size_t i = 0; i < outputs.size(); ++i) folder.write(outputs[i], maps.maps[i]);
  for (std::size_t i = 0; noise && i < maps.std.size(); ++i) {
    volume::MapDescription map{outputs[i].name + suffix, outputs[i].output + suffix, outputs[i].unit};
    map.details["Description"] =
        "standard deviation of " + outputs[i].output +
        (i < program.n_output ? ", as the model predicts it for this noise"
                              : ": those of signal_per_m0 and of the norm of the coefficients, as if not correlated");
    map.details["Noise"] = noise->to_json();
    folder.write(map, maps.std[i]);
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

}  // namespace crbrt::map
