// SPDX-License-Identifier: Apache-2.0
// Reading of tissue priors (docs/file-formats.md).
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "base/error.h"
#include "base/json_reader.h"
#include "base/nearest.h"
#include "physics/io/plausible.h"
#include "physics/io/sequence_io.h"
#include "physics/quantity.h"

namespace crbrt::physics {
namespace {

using base::JsonReader;

/// Keys of the T1 model: an apparent T1 has its own name, so that a file cannot mean the other model by accident.
std::vector<const Quantity*> keys_of(T1Model model) {
  std::vector<const Quantity*> keys;
  for (const Quantity& quantity : quantities())
    if (quantity.is_prior_key() && quantity.is_of(model)) keys.push_back(&quantity);
  return keys;
}

Marginal parse_marginal(const JsonReader& json) {
  const std::string kind = json.at("kind").text();
  Marginal m;
  if (kind == "fixed") {
    json.expect_only({"kind", "value"});
    m.kind = Marginal::Kind::fixed;
    m.mean = m.minimum = m.maximum = json.at("value").number();
  } else if (kind == "uniform") {
    json.expect_only({"kind", "min", "max"});
    m.kind = Marginal::Kind::uniform;
    m.minimum = json.at("min").number();
    m.maximum = json.at("max").number();
  } else if (kind == "gaussian") {
    json.expect_only({"kind", "mean", "std", "min", "max"});
    m.kind = Marginal::Kind::gaussian;
    m.mean = json.at("mean").number();
    m.std = json.at("std").number();
    m.minimum = json.at("min").number();
    m.maximum = json.at("max").number();
  } else {
    json.at("kind").fail("\"fixed\", \"uniform\" or \"gaussian\"");
  }
  return m;
}

void scale(Marginal& m, double factor) {
  m.mean *= factor;
  m.std *= factor;
  m.minimum *= factor;
  m.maximum *= factor;
}

/// A mean in another unit is refused. Ends may lie anywhere: they often say no more than "positive".
void expect_plausible(const Quantity& quantity, const Marginal& m, const JsonReader& json) {
  double centre = m.mean;
  if (m.kind == Marginal::Kind::uniform) centre = (m.minimum + m.maximum) / 2;
  if (m.kind == Marginal::Kind::gaussian && m.minimum <= m.maximum) centre = std::clamp(m.mean, m.minimum, m.maximum);
  if (const std::string why = why_implausible(quantity, centre); !why.empty())
    json.fail("a distribution around " + plausible_range(quantity), why);
}

/// What the prior says of the parameter itself, from what it says of the number that the key names.
Marginal parse_marginal_of(const Quantity& quantity, const JsonReader& json, std::optional<double> tr_s) {
  Marginal m = parse_marginal(json);
  expect_plausible(quantity, m, json);
  switch (quantity.form) {
    case Form::parameter: return m;
    case Form::inverse: m.as_time = true; return m;
    case Form::cycles_per_tr:
      if (!tr_s) json.fail("a TR beside the prior", "none");
      scale(m, 2 * std::numbers::pi / *tr_s);
      return m;
    case Form::signal_norm:
    case Form::m0: break;  // of no parameter, so that keys_of() gives none
  }
  json.fail("a key of priors", std::string(quantity.key));
}

bool is_single_pool(const TissueClass& tissue_class) {
  const Marginal& m0s = tissue_class.marginal[static_cast<std::size_t>(Parameter::m0_semi_frac)];
  return m0s.kind == Marginal::Kind::fixed && m0s.mean == 0;
}

/// A value that the simulator accepts, for what it has no influence on.
Marginal of_no_pool(Parameter parameter) {
  Marginal m;
  m.mean = m.minimum = m.maximum = parameter == Parameter::t2_semi_s ? quantity_of(parameter).nominal : 1;
  return m;
}

void parse_parameters(const JsonReader& json, T1Model model, std::optional<double> tr_s, TissueClass& result) {
  const std::vector<const Quantity*> known = keys_of(model);
  std::vector<std::string_view> names;
  for (const Quantity* quantity : known) names.push_back(quantity->key);
  std::array<std::string, n_parameter> given;
  for (const std::string& key : json.keys()) {
    const auto it = std::find_if(known.begin(), known.end(), [&](const Quantity* q) { return q->key == key; });
    if (it == known.end())
      json.fail("parameters of the T1 model \"" + std::string(name(model)) + "\"", base::with_nearest(key, names));
    const Quantity& quantity = **it;
    const auto p = static_cast<std::size_t>(quantity.parameter);
    if (!given[p].empty()) json.fail("one of \"" + given[p] + "\" and \"" + key + "\"", "both");
    given[p] = key;
    result.marginal[p] = parse_marginal_of(quantity, json.at(key), tr_s);
  }
  for (const Parameter parameter : {Parameter::exchange_hz, Parameter::r1_semi_hz, Parameter::t2_semi_s})
    if (std::string& key = given[static_cast<std::size_t>(parameter)]; key.empty() && is_single_pool(result)) {
      key = "m0_semi_frac";  // says that there is no such pool
      result.marginal[static_cast<std::size_t>(parameter)] = of_no_pool(parameter);
    }
  for (const Quantity* quantity : known)
    if (given[static_cast<std::size_t>(quantity->parameter)].empty())
      json.fail("the key \"" + std::string(quantity->key) + "\"", "none");
  if (model == T1Model::apparent)
    result.marginal[static_cast<std::size_t>(Parameter::r1_semi_hz)] =
        result.marginal[static_cast<std::size_t>(Parameter::r1_free_hz)];
}

TissueClass parse_class(const JsonReader& json, T1Model model, std::optional<double> tr_s) {
  json.expect_only({"name", "weight", "note", "t2_free_at_most_t1", "parameters"});
  TissueClass result;
  result.name = json.at("name").text();
  result.weight = json.number_or("weight", 1);
  result.t2_free_at_most_t1 = json.boolean_or("t2_free_at_most_t1", false);
  parse_parameters(json.at("parameters"), model, tr_s, result);
  return result;
}

T1Model parse_t1_model(const JsonReader& json) {
  for (const T1Model model : {T1Model::apparent, T1Model::separate})
    if (json.text() == name(model)) return model;
  json.fail("\"apparent\" or \"separate\"");
}

}  // namespace

Prior read_prior(const std::string& path, std::optional<double> tr_s) {
  const JsonReader json = JsonReader::from_file(path);
  json.expect_only({"name", "source", "t1_model", "snr", "classes"});
  Prior prior;
  prior.name = json.at("name").text();
  prior.t1_model = parse_t1_model(json.at("t1_model"));
  const JsonReader snr = json.at("snr");
  snr.expect_only({"min", "max"});
  prior.snr_min = snr.at("min").number();
  prior.snr_max = snr.at("max").number();
  for (const JsonReader& item : json.at("classes").items()) prior.classes.push_back(parse_class(item, prior.t1_model, tr_s));
  if (const std::string why = prior.why_invalid(); !why.empty()) throw base::Error(base::exit_input, path + ": " + why);
  return prior;
}

}  // namespace crbrt::physics
