// SPDX-License-Identifier: Apache-2.0
// Texts of model files: the loader keeps the free ones to UTF-8 without control characters, names and units to printable ASCII.
// Generated code is given to compilers of the strictest kind, where "??/" is a backslash.
#include "tests/e2e/awkward_text/field.h"

namespace crbrt::tests {
namespace {

const std::string map = "crbrt-map --model m.crbm --input in.nii --out out";
const std::string info = "crbrt-model info m.crbm";
const std::string code =
    "crbrt-codegen --model m.crbm --precision f32 --name estimator --out code && "
    "crbrt-codegen --model m.crbm --precision i8 --target freestanding --name estimator --out bare";

/// Changes a model of widths that have an integer form before it is written.
template <class Change>
std::function<void(const Workplace&, const std::string&)> changed(const Change& change) {
  return [change](const Workplace& at, const std::string& text) {
    fbs::ModelT model = make_model(at.model());
    change(model, text);
    at.write_model(model);
  };
}

std::function<void(const Workplace&, const std::string&)> changed_integer(void (*change)(fbs::ModelT&, const std::string&)) {
  return [change](const Workplace& at, const std::string& text) {
    fbs::ModelT model = make_model(tiny_integer_spec());
    change(model, text);
    at.write_model(model);
  };
}

const auto set_sequence = changed([](fbs::ModelT& m, const std::string& text) { m.protocol->sequence_name = text; });
const auto set_licence = changed([](fbs::ModelT& m, const std::string& text) { m.provenance->licence = text; });
const auto set_config = changed([](fbs::ModelT& m, const std::string& text) { m.provenance->config_json = text; });
const auto set_data = changed([](fbs::ModelT& m, const std::string& text) { m.provenance->dataset_provenance = text; });
const auto set_version = changed([](fbs::ModelT& m, const std::string& text) { m.provenance->crbrt_version = text; });
const auto set_loss = changed([](fbs::ModelT& m, const std::string& text) { m.provenance->loss_kind = text; });
const auto set_name = changed([](fbs::ModelT& m, const std::string& text) { m.name = text; });
const auto set_hash = changed([](fbs::ModelT& m, const std::string& text) { m.protocol->basis_sha256 = text; });
const auto set_output = changed([](fbs::ModelT& m, const std::string& text) { m.outputs[0]->name = text; });
const auto set_unit = changed([](fbs::ModelT& m, const std::string& text) { m.outputs[0]->unit = text; });

void set_units_and_layers(fbs::ModelT& model, const std::string& text) {
  for (const auto& output : model.outputs) output->unit = text;
  model.layers.front()->name = text;
  for (const auto& layer : model.layers)
    if (!layer->skip_from.empty()) layer->skip_from = text;
}

}  // namespace

std::vector<Field> model_fields() {
  std::vector<Field> fields{
      {"SequenceOfModel",
       text_of_model,
       set_sequence,
       map + " && " + info,
       0,
       {{Reader::json, "out/T1map.json"}, {Reader::terminal}}},
      {"ControlsOfModel", everything, set_sequence, map, 3, {{Reader::absent, "out"}}},
      {"LicenceOfModel", text_of_model, set_licence, info, 0, {{Reader::terminal}}},
      {"ConfigurationOfModel", text_of_model, set_config, info, 0, {{Reader::terminal}}},
      {"DataOfModel", text_of_model, set_data, info, 0, {{Reader::terminal}}},
      {"VersionOfModel", text_of_model, set_version, info, 0, {{Reader::terminal}}},
      {"LossOfModel", everything, set_loss, info, 3, {}},
      {"IdentifierOfModel", everything, set_name, info, 3, {}},
      {"HashOfModel", everything, set_hash, info, 3, {}},
      {"OutputOfModel", label_of_model, set_output, info, 3, {{Reader::terminal}}},
      {"OutputAsFile", label_of_model, set_output, map, 3, {{Reader::terminal}, {Reader::absent, "out"}}},
      {"UnitOfModel",
       label_of_model,
       set_unit,
       map + " && " + info,
       0,
       {{Reader::json, "out/m0_semi_frac.json"}, {Reader::terminal}}},
      {"UnitInCode",
       label_of_model,
       changed_integer(set_units_and_layers),
       code,
       0,
       {{Reader::source, "code/estimator.hpp", "c++ -std=c++20 -x c++"},
        {Reader::source, "bare/estimator.h", "cc -std=c99 -Wno-trigraphs -x c"}}},
  };
  return fields;
}

}  // namespace crbrt::tests
