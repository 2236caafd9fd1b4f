// SPDX-License-Identifier: Apache-2.0
// Sidecars have the keys of those of crbrt-map, as far as a page knows what stands in them.
#include "tools/web/map_texts.h"

#include <string_view>

#include "crbrt/version.h"
#include "tools/map/outputs.h"
#include "tools/volume/bids_names.h"
#include "tools/volume/status_value.h"

namespace crbrt::web {
namespace {

base::Json run_fields(const Model& model, const MapRun& run) {
  const ModelInfo& info = model.info();
  return {{"ModelName", info.name},
          {"ModelSHA256", info.content_sha256},
          {"SequenceName", info.sequence_name},
          {"SequenceSHA256", info.sequence_sha256},
          {"BasisSHA256", info.basis_sha256},
          {"BasisVerified", "unknown"},
          {"EstimationAlgorithm", "neural network, voxel by voxel, from coefficients in a subspace"},
          {"EstimationReference", "https://doi.org/10.1002/mrm.29206"},  // [paper]
          {"Precision", run.is_integer ? "integer" : "f32"},
          {"InstructionSet", name(run.isa)},
          {"GeneratedBy", base::Json::array({{{"Name", "crbrt.html"}, {"Version", CRBRT_VERSION_STRING}}})},
          {"Sources", base::Json::array({run.input})}};
}

base::Json sidecar_of(const volume::MapDescription& map, const base::Json& fields) {
  base::Json json{{"OutputName", map.output}, {"Units", map.unit}};
  json.update(map.details);
  json.update(fields);
  return json;
}

base::Json map_json(const volume::MapDescription& map, std::string_view kind, const base::Json& fields) {
  return {{"name", map.name},
          {"output", map.output},
          {"unit", map.unit == "1" ? "" : map.unit},
          {"low", map.window.low},
          {"high", map.window.high},
          {"kind", kind},
          {"description", map.details.value_or("Description", "")},
          {"sidecar", sidecar_of(map, fields)}};
}

base::Json levels() {
  base::Json all = base::Json::array();
  for (const volume::StatusText& text : volume::status_texts) all.push_back({{"name", text.name}, {"meaning", text.meaning}});
  return all;
}

}  // namespace

base::Json describe_model(const Model& model) {
  const ModelInfo& info = model.info();
  base::Json outputs = base::Json::array();
  for (std::size_t i = 0; i < model.program().n_output; ++i) outputs.push_back(model.program().outputs[i].name);
  return {{"name", info.name},
          {"sha256", info.content_sha256},
          {"n_coeff", info.n_coeff},
          {"has_integers", model.integer_program() != nullptr},
          {"has_std", info.has_uncertainty},
          {"has_atypicality", info.has_atypicality},
          {"outputs", outputs},
          {"sequence", info.sequence_name},
          {"licence", info.licence}};
}

base::Json describe_maps(const Model& model, const Program& program, const std::vector<volume::MapDescription>& outputs,
                         const MapRun& run) {
  const base::Json fields = run_fields(model, run);
  base::Json maps = base::Json::array();
  for (const volume::MapDescription& map : outputs) maps.push_back(map_json(map, "estimate", fields));
  for (std::size_t i = 0; run.sigma > 0 && i < outputs.size(); ++i) {
    volume::MapDescription map = volume::describe_std(outputs[i], "standard deviation of " + outputs[i].output);
    map.details["Noise"] = {{"Sigma", run.sigma}, {"Source", "given"}};
    maps.push_back(map_json(map, "std", fields));
  }
  if (program.atypicality != nullptr) {
    volume::MapDescription map = map::describe_atypicality(program);
    map.window = {0, 3 * static_cast<double>(program.atypicality->threshold)};
    maps.push_back(map_json(map, "atypicality", fields));
  }
  base::Json status{{"OutputName", "status"}, {"Description", "what happened to each voxel"}};
  for (std::size_t i = 0; i < volume::status_texts.size(); ++i)
    status["Levels"][std::to_string(i)] = volume::status_texts[i].name;
  status.update(fields);
  return {{"maps", maps}, {"levels", levels()}, {"isa", name(run.isa)}, {"status_sidecar", status}};
}

}  // namespace crbrt::web
