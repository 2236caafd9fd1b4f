#include "trainer/start_model.h"

#include "base/error.h"
#include "base/read_file.h"
#include "crbrt/loader.hpp"
#include "model_generated.h"
#include "trainer/heads.h"

namespace crbrt::trainer {
namespace {

struct LoadedModel {
  fbs::ModelT object;
  ModelInfo info;
};

LoadedModel load(const std::string& path) {
  const std::string text = base::read_file(path, "a model to start from");
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  Model model;
  View1<const std::uint8_t> flatbuffer;
  LoadResult result = load_model({bytes.data(), bytes.size()}, model);
  if (result.status == Status::ok) result = unwrap_model({bytes.data(), bytes.size()}, flatbuffer);
  if (result.status != Status::ok) throw base::InputError(path, "a model to start from", message(result.status));
  LoadedModel loaded{{}, model.info()};
  fbs::GetModel(flatbuffer.data)->UnPackTo(&loaded.object);
  return loaded;
}

void expect(bool holds, const std::string& path, const std::string& what) {
  if (!holds)
    throw base::DisagreementError(path, "a model with the " + what + " of this configuration and data set", "another");
}

bool same_network(const fbs::ModelT& model, const Config& config) {
  const std::vector<std::size_t>& hidden = config.network.hidden;
  if (config.network.normalization != Normalization::none || !config.network.skips.empty()) return false;
  if (model.layers.size() != hidden.size() + 1) return false;
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    const std::size_t n_out = i < hidden.size() ? hidden[i] : config.outputs.size() + head_count(config);
    if (model.layers[i]->n_out != n_out || model.layers[i]->normalization || !model.layers[i]->skip_from.empty()) return false;
  }
  return true;
}

bool same_outputs(const fbs::ModelT& model, const Config& config) {
  if (model.outputs.size() != config.outputs.size()) return false;
  for (std::size_t i = 0; i < model.outputs.size(); ++i)
    if (model.outputs[i]->name != config.outputs[i].name) return false;
  return true;
}

void check(const LoadedModel& loaded, const Config& config, const std::string& basis_sha256, const std::string& path) {
  const fbs::ModelT& model = loaded.object;
  expect(loaded.info.basis_sha256 == basis_sha256, path, "basis");
  expect(model.preprocessing->phase_reference == config.preprocessing.phase_reference &&
             model.preprocessing->l2_normalize == config.preprocessing.l2_normalize,
         path, "preprocessing");
  expect(same_outputs(model, config), path, "outputs");
  expect(
      (model.uncertainty != nullptr) == config.heads.uncertainty && (model.atypicality != nullptr) == config.heads.atypicality,
      path, "heads");
  expect(same_network(model, config), path, "network (without normalisation and skips)");
}

IntegerLayer layer_of(const fbs::FixedOpT& op) {
  const auto stored = [](fbs::FixedNumber number) {
    return number == fbs::FixedNumber::u8 ? Number::u8 : number == fbs::FixedNumber::s16 ? Number::s16 : Number::s32;
  };
  IntegerLayer layer{op.weights_s8.empty() ? Number::s16 : Number::u8, stored(op.out), op.weights_s16, op.bias, {}};
  layer.weights.insert(layer.weights.end(), op.weights_s8.begin(), op.weights_s8.end());
  for (std::size_t j = 0; j < op.shift.size(); ++j) layer.requant.push_back({op.shift[j], op.multiplier[j]});
  return layer;
}

/// Those of the model, where it has some and the configuration wants them.
IntegerNetwork integers_of(const fbs::ModelT& model, const Config& config, const std::string& path) {
  IntegerNetwork integers;
  if (!model.fixed || !config.quantization.is_on()) return integers;
  integers.input_factor = model.fixed->input_scale;
  integers.output_scale = model.fixed->output_scale;
  std::vector<Number> reads;
  for (const auto& op : model.fixed->ops) {
    integers.layers.push_back(layer_of(*op));
    reads.push_back(integers.layers.back().in);
  }
  expect(reads == config.quantization.reads, path, "widths of integers");
  return integers;
}

}  // namespace

StartModel read_start_model(const std::string& path, const Config& config, const std::string& basis_sha256) {
  const LoadedModel loaded = load(path);
  check(loaded, config, basis_sha256, path);
  const fbs::ModelT& model = loaded.object;
  StartModel start;
  for (const auto& layer : model.layers) {
    PlainLayer plain;
    plain.n_in = layer->n_in;
    plain.n_out = layer->n_out;
    plain.weights = layer->weights;
    plain.bias = layer->bias;
    start.layers.push_back(std::move(plain));
  }
  start.standardization.mean = model.preprocessing->mean;
  start.standardization.std = model.preprocessing->std;
  for (const auto& output : model.outputs) {
    start.standardization.offset.push_back(output->offset);
    start.standardization.scale.push_back(output->scale);
  }
  if (model.uncertainty)
    start.noise = {model.uncertainty->log_noise_center, model.uncertainty->log_noise_min, model.uncertainty->log_noise_max};
  if (model.atypicality) start.score_threshold = model.atypicality->threshold;
  start.integers = integers_of(model, config, path);
  start.sha256 = loaded.info.content_sha256;
  return start;
}

}  // namespace crbrt::trainer
