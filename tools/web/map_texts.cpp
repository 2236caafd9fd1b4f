// SPDX-License-Identifier: Apache-2.0
// Sidecars have the keys of those of crbrt-map, as far as a page knows what stands in them.
#include "tools/web/map_texts.h"

#include <string_view>

#include "crbrt/version.h"
#include "physics/quantity.h"
#include "tools/map/outputs.h"
#include "tools/volume/bids_names.h"
#include "tools/volume/map_colours.h"
#include "tools/volume/shown_unit.h"
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
          {"Sources", run.mask.empty() ? base::Json::array({run.input}) : base::Json::array({run.input, run.mask})}};
}

base::Json sidecar_of(const volume::MapDescription& map, const base::Json& fields) {
  base::Json json{{"OutputName", map.output}, {"Units", map.unit}};
  json.update(map.details);
  json.update(fields);
  return json;
}

/// The report's colours of an estimate; what says how sure one is, is Inferno there and here.
const char* colours_of(const volume::MapDescription& map, std::string_view kind) {
  if (kind != "estimate") return "inferno";
  const physics::Quantity* const quantity = physics::find_quantity(map.output);
  return volume::colours_of(quantity != nullptr && quantity->map.name == map.name ? quantity : nullptr);
}

base::Json map_json(const volume::MapDescription& map, std::string_view kind, const base::Json& fields) {
  const volume::ShownUnit shown = volume::shown_unit(map.output, map.unit);
  return {{"name", map.name},
          {"output", map.output},
          {"unit", map.unit == "1" ? "" : map.unit},
          {"low", map.window.low},
          {"high", map.window.high},
          {"shown_unit", shown.unit == "1" ? "" : shown.unit},
          {"shown_factor", shown.factor},
          {"colours", colours_of(map, kind)},
          {"kind", kind},
          {"description", map.details.value_or("Description", "")},
          {"sidecar", sidecar_of(map, fields)}};
}

/// The page draws no voxels, so that those which are not computed lie outside its mask.
std::string meaning_on_page(const volume::StatusText& text) {
  const bool is_left_out = text.name == std::string_view("not_computed");
  return is_left_out ? "outside the mask; not estimated" : text.meaning;
}

base::Json levels() {
  base::Json all = base::Json::array();
  for (const volume::StatusText& text : volume::status_texts)
    all.push_back({{"name", text.name}, {"meaning", meaning_on_page(text)}});
  return all;
}

}  // namespace

base::Json describe_model(const Model& model, const std::vector<volume::MapDescription>& outputs) {
  const ModelInfo& info = model.info();
  base::Json names = base::Json::array();
  for (const volume::MapDescription& map : outputs) names.push_back(map.name);
  return {{"name", info.name},
          {"sha256", info.content_sha256},
          {"n_coeff", info.n_coeff},
          {"has_integers", model.integer_program() != nullptr},
          {"has_std", info.has_uncertainty},
          {"has_atypicality", info.has_atypicality},
          {"outputs", names},
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
  if (program.atypicality != nullptr) maps.push_back(map_json(map::describe_atypicality(program), "atypicality", fields));
  base::Json status{{"OutputName", "status"}, {"Description", "what happened to each voxel"}};
  for (std::size_t i = 0; i < volume::status_texts.size(); ++i)
    status["Levels"][std::to_string(i)] = volume::status_texts[i].name;
  status.update(fields);
  base::Json threshold;  // null: the model has no atypicality
  if (program.atypicality != nullptr)
    threshold = {{"score", program.atypicality->threshold},
                 {"is_of_noise", run.sigma > 0 && program.atypicality->depends_on_noise != 0}};
  return {{"maps", maps}, {"levels", levels()}, {"threshold", threshold}, {"isa", name(run.isa)}, {"status_sidecar", status}};
}

}  // namespace crbrt::web
