// SPDX-License-Identifier: Apache-2.0
// Reads the JSON configuration. Every key is checked by name and every value against its range, because a misspelt key that
// silently keeps a default costs a training run.
#include "trainer/config.h"

#include "base/error.h"
#include "base/json_reader.h"
#include "base/read_file.h"
#include "trainer/config_parts.h"
#include "trainer/config_values.h"

namespace crbrt::trainer {
namespace {

std::size_t hidden_layer(const JsonReader& value, const NetworkConfig& network) {
  const std::string wanted = value.text();
  for (std::size_t i = 0; i < network.hidden.size(); ++i)
    if (layer_name(network, i) == wanted) return i;
  value.fail("hidden1 to hidden" + std::to_string(network.hidden.size()), wanted);
}

Skip read_skip(const JsonReader& value, const NetworkConfig& network) {
  value.expect_only({"from", "to"});
  const Skip skip{hidden_layer(value.at("from"), network), hidden_layer(value.at("to"), network)};
  if (skip.from >= skip.to) value.fail("a skip from an earlier to a later layer");
  const std::size_t from = network.hidden[skip.from], to = network.hidden[skip.to];
  if (from != to)
    value.fail("a skip between layers of equal width", "widths " + std::to_string(from) + " and " + std::to_string(to));
  for (const Skip& other : network.skips)
    if (other.to == skip.to) value.fail("at most one skip into a layer", "two into " + layer_name(network, skip.to));
  return skip;
}

}  // namespace

NetworkConfig read_network(const JsonReader& value) {
  std::vector<std::string_view> keys{"hidden", "normalization", "n_group", "skips"};
  keys.insert(keys.end(), activation_keys().begin(), activation_keys().end());
  value.expect_only(keys);
  NetworkConfig network;
  for (const JsonReader& width : value.at("hidden").items()) network.hidden.push_back(integer(width, 1, max_width));
  if (network.hidden.empty()) value.at("hidden").fail("at least one width");
  network.activation = read_activation(value);
  if (value.has("normalization"))
    network.normalization = choice<Normalization>(
        value.at("normalization"),
        {{"none", Normalization::none}, {"batch", Normalization::batch}, {"group", Normalization::group}});
  const bool is_grouped = network.normalization == Normalization::group;
  if (is_grouped != value.has("n_group")) value.fail("n_group with group normalisation and only there");
  if (is_grouped) network.n_group = integer(value.at("n_group"), 1, max_width);
  for (std::size_t width : network.hidden)
    if (is_grouped && width % network.n_group != 0) value.at("n_group").fail("a divisor of every hidden width");
  if (value.has("skips"))
    for (const JsonReader& skip : value.at("skips").items()) network.skips.push_back(read_skip(skip, network));
  return network;
}

namespace {

/// The number of a coefficient, or -1.
int coefficient_or_none(const JsonReader& value) {
  return value.number() == -1 ? -1 : static_cast<int>(integer(value, 0, max_width));
}

PreprocessingConfig read_preprocessing(const JsonReader& value) {
  value.expect_only({"phase_reference", "conjugate_reference", "l2_normalize", "standardize"});
  PreprocessingConfig result;
  result.phase_reference = coefficient_or_none(value.at("phase_reference"));
  if (value.has("conjugate_reference") && !value.at("conjugate_reference").is_number()) {
    result.conjugates_by_strongest = choice<bool>(value.at("conjugate_reference"), {{"strongest", true}});
    if (result.phase_reference == -1) value.at("phase_reference").fail("a coefficient, with conjugate_reference strongest");
  } else if (value.has("conjugate_reference")) {
    result.conjugate_reference = coefficient_or_none(value.at("conjugate_reference"));
    if (result.conjugate_reference >= 0 && result.conjugate_reference == result.phase_reference)
      value.at("conjugate_reference").fail("another coefficient than phase_reference, whose imaginary part is 0");
  }
  result.l2_normalize = value.at("l2_normalize").boolean();
  result.standardize = value.at("standardize").boolean();
  return result;
}

OutputConfig read_output(const JsonReader& value) {
  value.expect_only({"name", "minimum", "maximum"});
  const OutputConfig output{identifier(value.at("name")), value.at("minimum").number(), value.at("maximum").number()};
  if (!(output.minimum < output.maximum)) value.fail("a minimum below the maximum");
  return output;
}

std::vector<OutputConfig> read_outputs(const JsonReader& value) {
  std::vector<OutputConfig> outputs;
  for (const JsonReader& item : value.items()) {
    outputs.push_back(read_output(item));
    for (std::size_t i = 0; i + 1 < outputs.size(); ++i)
      if (outputs[i].name == outputs.back().name) item.fail("every output once", "two of " + outputs.back().name);
  }
  if (outputs.empty()) value.fail("at least one output");
  return outputs;
}

void read_optimizer(const JsonReader& value, Config& config) {
  value.expect_only({"kind", "learning_rate", "max_gradient_norm"});
  choice<bool>(value.at("kind"), {{"adam", true}});
  config.learning_rate = value.at("learning_rate").positive();
  if (value.has("max_gradient_norm")) config.max_gradient_norm = value.at("max_gradient_norm").positive();
}

}  // namespace

Schedule read_schedule(const JsonReader& value) {
  Schedule schedule;
  schedule.kind = choice<ScheduleKind>(value.at("kind"), {{"constant", ScheduleKind::constant},
                                                          {"step", ScheduleKind::step},
                                                          {"cosine", ScheduleKind::cosine},
                                                          {"linear", ScheduleKind::linear}});
  if (schedule.kind == ScheduleKind::step) {
    value.expect_only({"kind", "every", "factor", "warmup_epochs"});
    schedule.every_epochs = value.at("every").positive();
    schedule.factor = value.at("factor").positive();
  } else {
    value.expect_only({"kind", "warmup_epochs"});
  }
  if (value.has("warmup_epochs")) schedule.warmup_epochs = not_negative(value.at("warmup_epochs"));
  return schedule;
}

void read_training(const JsonReader& value, Config& config) {
  value.expect_only({"batch", "epochs", "seed", "snr_min", "snr_max"});
  config.batch = integer(value.at("batch"), 1);
  config.epochs = integer(value.at("epochs"), 1);
  config.seed = integer(value.at("seed"), 0, 0x1p53);
  if (!value.has("snr_min") && !value.has("snr_max")) return;
  config.snr = SnrRange{value.at("snr_min").positive(), value.at("snr_max").positive()};
  if (config.snr->minimum > config.snr->maximum) value.at("snr_max").fail("at least snr_min");
}

namespace {

BiasReduction read_bias_reduction(const JsonReader& value, LossKind loss) {
  if (loss != LossKind::bias_reduced) value.fail("this key with \"loss\": \"bias_reduced\" only");
  value.expect_only({"realisations", "variance_weight", "variance_limit"});
  BiasReduction result;
  if (value.has("realisations")) result.realisations = integer(value.at("realisations"), 2, 1000);
  if (value.has("variance_weight")) result.variance_weight = not_negative(value.at("variance_weight"));
  if (value.has("variance_limit")) result.variance_limit = not_negative(value.at("variance_limit"));
  return result;
}

Distillation read_distillation(const JsonReader& value, LossKind loss) {
  if (loss == LossKind::bias_reduced) value.fail("this key with other losses than \"bias_reduced\": a teacher is biased");
  value.expect_only({"teacher", "share"});
  Distillation result{identifier(value.at("teacher")), not_negative(value.at("share"))};
  if (result.share > 1) value.at("share").fail("a share of at most 1");
  return result;
}

HeadConfig read_heads(const JsonReader& value) {
  value.expect_only({"uncertainty", "atypicality", "trunk_gradient", "refine_epochs"});
  HeadConfig result;
  result.uncertainty = value.boolean_or("uncertainty", false);
  result.atypicality = value.boolean_or("atypicality", false);
  if (value.has("trunk_gradient")) result.trunk_gradient = not_negative(value.at("trunk_gradient"));
  if (value.has("refine_epochs")) result.refine_epochs = integer(value.at("refine_epochs"), 0);
  return result;
}

}  // namespace

ValidationConfig read_validation(const JsonReader& value) {
  value.expect_only({"count", "fraction", "every"});
  ValidationConfig result;
  if (value.has("count") == value.has("fraction")) value.fail("either count or fraction");
  if (value.has("count")) {
    result.count = integer(value.at("count"), 1);
  } else {
    result.fraction = value.at("fraction").positive();
    if (result.fraction >= 1) value.at("fraction").fail("a fraction below 1");
  }
  if (value.has("every")) result.every_epochs = integer(value.at("every"), 1);
  return result;
}

namespace {

QuantizationConfig read_quantization(const JsonReader& value, const NetworkConfig& network) {
  value.expect_only({"widths", "calibration_voxels"});
  if (network.normalization != Normalization::none || !network.skips.empty())
    value.fail("this key for a network without normalisation and skips", "one with");
  if (network.activation.kind != OperationKind::relu)
    value.fail("this key for a network with \"activation\": \"relu\"", "another activation");
  QuantizationConfig result;
  for (const JsonReader& width : value.at("widths").items()) {
    if (width.number() != 8 && width.number() != 16) width.fail("8 or 16");
    result.reads.push_back(width.number() == 8 ? Number::u8 : Number::s16);
  }
  const std::size_t n_layer = network.hidden.size() + 1;
  if (result.reads.size() != n_layer) value.at("widths").fail(std::to_string(n_layer) + " widths, one a layer");
  if (result.reads.front() != Number::s16) value.at("widths").fail("16 for the first layer: inputs have signs");
  if (value.has("calibration_voxels")) result.calibration_voxels = integer(value.at("calibration_voxels"), 1);
  return result;
}

}  // namespace

const char* name(LossKind loss) noexcept {
  switch (loss) {
    case LossKind::crb: return "crb";
    case LossKind::mse: return "mse";
    case LossKind::relative: return "relative";
    case LossKind::bias_reduced: break;
  }
  return "bias_reduced";
}

std::size_t realisations(const Config& config) noexcept {
  return config.loss == LossKind::bias_reduced ? config.bias_reduction.realisations : 1;
}

std::string layer_name(const NetworkConfig& network, std::size_t layer) {
  return layer < network.hidden.size() ? "hidden" + std::to_string(layer + 1) : "output";
}

Config read_config(const std::string& path) {
  const JsonReader top = JsonReader::from_file(path);
  top.expect_only({"name", "network", "preprocessing", "outputs", "loss", "bias_reduced", "distillation", "heads",
                   "quantization", "optimizer", "schedule", "training", "validation", "ship_basis", "licence"});
  Config config;
  config.text = base::read_file(path, "a configuration (JSON)");
  config.name = identifier(top.at("name"));
  config.network = read_network(top.at("network"));
  config.preprocessing = read_preprocessing(top.at("preprocessing"));
  config.outputs = read_outputs(top.at("outputs"));
  config.loss = choice<LossKind>(top.at("loss"), {{"crb", LossKind::crb},
                                                  {"mse", LossKind::mse},
                                                  {"relative", LossKind::relative},
                                                  {"bias_reduced", LossKind::bias_reduced}});
  if (top.has("bias_reduced")) config.bias_reduction = read_bias_reduction(top.at("bias_reduced"), config.loss);
  if (top.has("distillation")) config.distillation = read_distillation(top.at("distillation"), config.loss);
  if (top.has("heads")) config.heads = read_heads(top.at("heads"));
  if (top.has("quantization")) config.quantization = read_quantization(top.at("quantization"), config.network);
  read_optimizer(top.at("optimizer"), config);
  config.schedule = read_schedule(top.at("schedule"));
  read_training(top.at("training"), config);
  config.validation = read_validation(top.at("validation"));
  config.ship_basis = top.boolean_or("ship_basis", true);
  config.licence = top.text_or("licence", "");
  return config;
}

}  // namespace crbrt::trainer
