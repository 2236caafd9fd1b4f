// SPDX-License-Identifier: Apache-2.0
// The keys of a forward training; those that it shares with an estimator's are read where that one reads them.
#include "trainer/forward/forward_config.h"

#include "base/json_reader.h"
#include "base/read_file.h"
#include "trainer/config_parts.h"
#include "trainer/config_values.h"

namespace crbrt::trainer {
namespace {

constexpr double most_intervals = 65536, most_ranks = 1024;

ForwardFeatureConfig read_feature(const JsonReader& value) {
  value.expect_only({"function", "inputs", "factor", "offset"});
  ForwardFeatureConfig feature;
  if (value.has("function"))
    feature.function = choice<ForwardFunction>(value.at("function"), {{"identity", ForwardFunction::identity},
                                                                      {"saturation", ForwardFunction::saturation},
                                                                      {"cosine", ForwardFunction::cosine},
                                                                      {"sine", ForwardFunction::sine}});
  for (const JsonReader& input : value.at("inputs").items()) feature.inputs.push_back(identifier(input));
  if (feature.inputs.empty() || feature.inputs.size() > forward_factors_max)
    value.at("inputs").fail("1 to " + std::to_string(forward_factors_max) + " unknowns");
  if (value.has("factor")) feature.factor = value.at("factor").number();
  if (feature.factor == 0) value.at("factor").fail("a number other than 0");
  const bool saturates = feature.function == ForwardFunction::saturation;
  if (saturates != value.has("offset")) value.fail("offset with a saturation and only there");
  if (saturates) feature.offset = value.at("offset").positive();
  return feature;
}

PhaseTableConfig read_table(const JsonReader& value) {
  value.expect_only({"rank", "intervals"});
  return {integer(value.at("rank"), 1, most_ranks), integer(value.at("intervals"), 1, most_intervals)};
}

void read_wanted(const JsonReader& value, Config& config) {
  for (const JsonReader& item : value.items()) {
    config.outputs.push_back({identifier(item), 0, 0});
    for (std::size_t i = 0; i + 1 < config.outputs.size(); ++i)
      if (config.outputs[i].name == config.outputs.back().name) item.fail("every unknown once");
  }
  if (config.outputs.empty()) value.fail("at least one unknown");
}

void read_optimizer(const JsonReader& value, Config& config) {
  value.expect_only({"kind", "learning_rate"});
  choice<bool>(value.at("kind"), {{"soap", true}});
  config.learning_rate = value.at("learning_rate").positive();
}

}  // namespace

bool is_forward_config(const std::string& path) {
  const JsonReader top = JsonReader::from_file(path);
  return top.has("task") && choice<bool>(top.at("task"), {{"forward", true}, {"estimator", false}});
}

ForwardConfig read_forward_config(const std::string& path) {
  const JsonReader top = JsonReader::from_file(path);
  top.expect_only({"task", "name", "network", "features", "table", "outputs", "residual_weight", "derivative_weight",
                   "loss_draws", "antiperiodic", "optimizer", "schedule", "training", "validation", "ship_basis", "licence"});
  ForwardConfig config;
  Config& common = config.common;
  common.text = base::read_file(path, "a configuration (JSON)");
  common.name = identifier(top.at("name"));
  common.network = read_network(top.at("network"));
  if (common.network.activation.kind != OperationKind::root_silu)
    top.at("network").fail("\"activation\": \"root_silu\": a forward model has smooth derivatives", "another activation");
  if (common.network.normalization != Normalization::none || !common.network.skips.empty())
    top.at("network").fail("no normalisation and no skips in a forward training", "some");
  for (const JsonReader& feature : top.at("features").items()) config.features.push_back(read_feature(feature));
  if (config.features.empty()) top.at("features").fail("at least one feature");
  if (top.has("table")) config.table = read_table(top.at("table"));
  read_wanted(top.at("outputs"), common);
  config.residual_weight = not_negative(top.at("residual_weight"));
  config.derivative_weight = not_negative(top.at("derivative_weight"));
  if (top.has("loss_draws")) config.loss_draws = not_negative(top.at("loss_draws"));
  if (config.loss_draws >= 1) top.at("loss_draws").fail("a share of the draws below 1");
  config.is_antiperiodic = top.boolean_or("antiperiodic", true);
  read_optimizer(top.at("optimizer"), common);
  common.schedule = read_schedule(top.at("schedule"));
  read_training(top.at("training"), common);
  common.validation = read_validation(top.at("validation"));
  common.ship_basis = top.boolean_or("ship_basis", true);
  common.licence = top.text_or("licence", "");
  return config;
}

}  // namespace crbrt::trainer
