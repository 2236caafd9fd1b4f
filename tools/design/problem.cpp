// SPDX-License-Identifier: Apache-2.0
// The JSON behind a design problem, the weights that it means, and what a train may not exceed, in words.
#include "tools/design/problem.h"

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numbers>

#include "base/json_reader.h"
#include "physics/estimand.h"
#include "physics/io/sequence_io.h"

namespace crbrt::design {
namespace {

using base::JsonReader;

std::size_t whole(const JsonReader& json, std::string_view key, double minimum) {
  const double value = json.at(key).number();
  if (!(value >= minimum && value <= 1e6 && value == std::floor(value)))
    json.at(key).fail("a whole number of at least " + std::to_string(static_cast<int>(minimum)));
  return static_cast<std::size_t>(value);
}

Limits read_limits(const JsonReader& json) {
  json.expect_only({"alpha_max_rad", "trf_min_s", "trf_max_s", "energy_rad2_per_s", "b1_rms_ut", "b1_peak_ut"});
  Limits limits{json.at("alpha_max_rad").positive(),     json.at("trf_min_s").positive(), json.at("trf_max_s").positive(),
                json.at("energy_rad2_per_s").positive(), json.at("b1_rms_ut").positive(), json.at("b1_peak_ut").positive()};
  if (!(limits.trf_min_s < limits.trf_max_s)) json.at("trf_max_s").fail("more than trf_min_s");
  return limits;
}

Compression read_compression(const JsonReader& json, const std::string& folder, double tr_s) {
  json.expect_only({"rank", "kind", "share", "prior", "draws"});
  Compression c;
  c.rank = static_cast<Eigen::Index>(whole(json, "rank", 5));
  const auto kind = subspace::basis_kind_from_name(json.at("kind").text());
  if (!kind) json.at("kind").fail("svd or crb");
  c.kind = *kind;
  c.share = json.at("share").number();
  if (!(c.share >= 0 && c.share <= 1)) json.at("share").fail("a number from 0 to 1");
  c.n_draw = whole(json, "draws", 16);
  c.prior = physics::read_prior((std::filesystem::path(folder) / json.at("prior").text()).string(), tr_s);
  return c;
}

/// What a tissue of a problem says: quantities of the table (fields say the rest), then its name and its weights.
constexpr std::array<std::string_view, 7> tissue_keys{"m0_semi_frac", "t1_apparent_s", "t2_free_s", "exchange_hz",
                                                      "t2_semi_s",    "name",          "weight"};
constexpr std::size_t n_tissue_quantity = 5;

DesignTissue read_tissue(const JsonReader& json) {
  json.expect_only(tissue_keys);
  DesignTissue t{json.at("name").text(), {}, {}};
  std::array<double, physics::n_parameter> values = t.tissue.values();
  for (std::size_t q = 0; q < n_tissue_quantity; ++q) {
    const physics::Quantity& quantity = *physics::find_quantity(tissue_keys[q]);
    const double value = json.at(tissue_keys[q]).positive();
    values[static_cast<std::size_t>(quantity.parameter)] = quantity.form == physics::Form::inverse ? 1 / value : value;
  }
  t.tissue = physics::Tissue::from_values(values);
  t.tissue.r1_semi_hz = t.tissue.r1_free_hz;  // apparent T1
  if (const std::string_view why = physics::why_invalid(t.tissue); !why.empty()) json.fail("a valid tissue", std::string(why));
  const JsonReader weight = json.at("weight");
  weight.expect_only({quantity_names[0], quantity_names[1], quantity_names[2]});
  for (std::size_t q = 0; q < n_quantity; ++q) {
    t.weight[q] = weight.at(quantity_names[q]).number();
    if (!(t.weight[q] >= 0 && std::isfinite(t.weight[q]))) weight.at(quantity_names[q]).fail("a weight of at least 0");
  }
  return t;
}

Field read_field(const JsonReader& json, double tr_s) {
  json.expect_only({"omega0_cycles_per_tr", "b1_rel"});
  return {json.at("omega0_cycles_per_tr").number() * 2 * std::numbers::pi / tr_s, json.at("b1_rel").positive()};
}

}  // namespace

physics::Tissue Problem::point(std::size_t tissue, std::size_t field) const {
  physics::Tissue t = tissues[tissue].tissue;
  t.omega0_rad_s = fields[field].omega0_rad_s;
  t.b1_rel = fields[field].b1_rel;
  return t;
}

PerQuantity Problem::relative(std::size_t tissue, std::size_t field, const Eigen::VectorXd& crb) const {
  const physics::Tissue t = point(tissue, field);
  PerQuantity relative{};
  for (std::size_t q = 0; q < n_quantity; ++q) {
    const auto estimand = physics::Estimand::from_name(quantity_names[q]);
    const double value = estimand->value(t, physics::no_signal_norm) * snr;
    relative[q] = estimand->bound(t, {.crb = crb}, physics::T1Model::apparent) / (value * value);
  }
  return relative;
}

Eigen::VectorXd Problem::bound_weights(std::size_t tissue, std::size_t field) const {
  const auto n_bound = static_cast<Eigen::Index>(physics::bound_names(physics::T1Model::apparent).size());
  Eigen::VectorXd weights(n_bound);
  for (Eigen::Index i = 0; i < n_bound; ++i) {  // relative() is linear in the bounds
    const PerQuantity share = relative(tissue, field, Eigen::VectorXd::Unit(n_bound, i));
    weights[i] = 0;
    for (std::size_t q = 0; q < n_quantity; ++q)
      weights[i] += tissues[tissue].weight[q] * share[q] / static_cast<double>(fields.size());
  }
  return weights;
}

physics::TissueDomain Problem::domain() const {
  std::vector<physics::Tissue> points;
  for (std::size_t t = 0; t < tissues.size(); ++t)
    for (std::size_t f = 0; f < fields.size(); ++f) points.push_back(point(t, f));
  return physics::TissueDomain::of(points);
}

Problem read_problem(const std::string& path) {
  const JsonReader json = JsonReader::from_file(path);
  json.expect_only({"name", "tr_s", "n_pulse", "coefficients", "snr", "limits", "compression", "tissues", "fields"});
  Problem p;
  p.name = json.at("name").text();
  p.tr_s = json.at("tr_s").positive();
  p.n_pulse = whole(json, "n_pulse", 20);
  const JsonReader coefficients = json.at("coefficients");
  coefficients.expect_only({"alpha", "trf"});
  p.n_alpha = whole(coefficients, "alpha", 4);
  p.n_trf = whole(coefficients, "trf", 4);
  p.snr = json.at("snr").positive();
  p.limits = read_limits(json.at("limits"));
  if (!(p.limits.trf_max_s < p.tr_s)) json.at("limits").at("trf_max_s").fail("less than tr_s");
  p.compression = read_compression(json.at("compression"), std::filesystem::path(path).parent_path().string(), p.tr_s);
  for (const JsonReader& item : json.at("tissues").items()) p.tissues.push_back(read_tissue(item));
  for (const JsonReader& item : json.at("fields").items()) p.fields.push_back(read_field(item, p.tr_s));
  if (p.tissues.empty()) json.at("tissues").fail("at least one tissue", "none");
  if (p.fields.empty()) json.at("fields").fail("at least one field", "none");
  return p;
}

std::string why_over_limit(const physics::Sequence& sequence, const Limits& limits) {
  char text[160];
  const auto line = [&](const char* what, std::size_t pulse, double limit, double found) {
    std::snprintf(text, sizeof text, "pulse %zu: expected %s %g, found %.9g", pulse + 1, what, limit, found);
    return std::string(text);
  };
  constexpr double rounding = 1e-9;  // relative: decimals to doubles
  for (const physics::Cycle& cycle : sequence.cycles) {
    for (std::size_t k = 0; k < cycle.alpha_rad.size(); ++k) {
      const double alpha = cycle.alpha_rad[k], trf = cycle.trf_s[k];
      if (alpha < 0) return line("alpha_rad >=", k, 0, alpha);
      if (alpha > (k == 0 ? std::numbers::pi : limits.alpha_max_rad) * (1 + rounding))
        return line("alpha_rad <=", k, limits.alpha_max_rad, alpha);
      if (trf < limits.trf_min_s * (1 - rounding)) return line("trf_s >=", k, limits.trf_min_s, trf);
      if (trf > limits.trf_max_s * (1 + rounding)) return line("trf_s <=", k, limits.trf_max_s, trf);
    }
  }
  const physics::RfLoad load = physics::rf_load(sequence);
  const auto figure = [&](const char* what, double limit, double found) {
    if (found <= limit * (1 + rounding)) return std::string();
    std::snprintf(text, sizeof text, "expected %s <= %g, found %.9g", what, limit, found);
    return std::string(text);
  };
  if (auto why = figure("RF energy (rad^2/s)", limits.energy_rad2_per_s, load.energy_rad2_per_s); !why.empty()) return why;
  if (auto why = figure("B1 rms (uT)", limits.b1_rms_ut, load.b1_rms_ut); !why.empty()) return why;
  return figure("B1 peak (uT)", limits.b1_peak_ut, load.b1_peak_ut);
}

}  // namespace crbrt::design
