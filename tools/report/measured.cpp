// SPDX-License-Identifier: Apache-2.0
// Everything that a figure will ask for without looking is checked here, with the file's name at hand.
#include "tools/report/measured.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "base/gnuplot.h"
#include "base/number_text.h"
#include "base/read_file.h"
#include "physics/quantity.h"

namespace crbrt::report {
namespace {

void expect_complete(const std::string& path, const Json& json) {
  if (!json.is_object() || json.value_or("kind", "") != "crbrt-eval")
    throw base::InputError(path, "an evaluation written by crbrt-eval --json", "JSON without \"kind\": \"crbrt-eval\"");
  for (const char* key : {"loss",    "snr",          "coverage",     "detail",   "atypicality",     "grids",          "nlls",
                          "model",   "model_sha256", "trained",      "sequence", "sequence_sha256", "macs_per_voxel", "snr_min",
                          "snr_max", "fingerprints", "realisations", "seed",     "command",         "version"})
    if (!json.contains(key)) throw base::InputError(path, std::string("the key \"") + key + "\"", "none");
}

Kind kind_of(const std::string& loss) {
  if (loss == "crb") return Kind::crb;
  if (loss == "bias_reduced") return Kind::bias_reduced;
  return loss == "mse" ? Kind::mse : Kind::other;
}

std::string family_of(const std::string& name) {
  for (const std::string suffix : {"_crb", "_unbiased", "_mse"})
    if (name.size() > suffix.size() && name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  return name;
}

}  // namespace

std::string snr_key(double snr) { return base::number_text(snr, "%.6g"); }

std::string Measured::sample_text() const {
  return std::to_string(json.at("fingerprints").integer()) + " unseen fingerprints with " +
         std::to_string(json.at("realisations").integer()) + " noise realisations each";
}

std::vector<double> Measured::snrs() const {
  std::vector<double> values;
  for (const auto& item : json.at("snr").members()) values.push_back(std::strtod(item.key.c_str(), nullptr));
  std::sort(values.begin(), values.end());
  return values;
}

bool Measured::has_snr(double snr) const { return json.at("snr").contains(snr_key(snr)); }

std::optional<double> Measured::at_snr(double snr, const char* what) const {
  if (!has_snr(snr)) return std::nullopt;
  double sum = 0;
  for (const std::string& output : outputs) sum += json.at("snr").at(snr_key(snr)).at(what).at(output).number();
  return sum / static_cast<double>(outputs.size());
}

const Json* Measured::grid(const std::string& grid, const std::string& output) const {
  const Json& grids = json.at("grids");
  if (!grids.is_object() || !grids.contains(grid) || !grids.at(grid).at("outputs").contains(output)) return nullptr;
  return &grids.at(grid).at("outputs").at(output);
}

Measured read_measured(const std::string& path, bool is_paper) {
  Measured measured;
  measured.path = path;
  measured.json = Json::parse(base::read_file(path, "an evaluation written by crbrt-eval --json"), path);
  expect_complete(path, measured.json);
  measured.is_paper = is_paper;
  try {
    measured.name = measured.json.at("model").text();
    measured.kind = kind_of(measured.json.at("trained").at("loss").text());
    measured.macs = measured.json.at("macs_per_voxel").number();
    for (const auto& item : measured.json.at("detail").at("outputs").members()) measured.outputs.push_back(item.key);
    measured.loss();
    for (const double snr : measured.snrs())
      for (const char* what : {"bias2_over_crb", "var_over_crb", "loss"}) measured.at_snr(snr, what);
  } catch (const base::JsonError& error) {
    throw base::InputError(path, "a complete evaluation", error.what());
  }
  if (measured.outputs.empty()) throw base::InputError(path, "at least one output", "none");
  measured.family = family_of(measured.name);
  return measured;
}

std::vector<Family> families_of(const std::vector<Measured>& all) {
  std::vector<Family> families;
  for (const Measured& measured : all) {
    auto family = std::find_if(families.begin(), families.end(), [&](const Family& f) { return f.name == measured.family; });
    if (family == families.end()) family = families.insert(families.end(), {measured.family, {}});
    family->members.push_back(&measured);
  }
  for (Family& family : families)
    std::stable_sort(family.members.begin(), family.members.end(),
                     [](const Measured* a, const Measured* b) { return a->kind < b->kind; });
  return families;
}

std::string Quantity::axis(const std::string& what) const {
  return what + label + (unit.empty() ? "" : " (" + base::gnuplot_markup(unit) + ")");
}

Quantity quantity(const std::string& output, const std::string& si_unit) {
  if (const physics::Quantity* const known = physics::find_quantity(output); known != nullptr && known->unit == si_unit)
    return {std::string(known->plot_symbol), std::string(known->symbol), std::string(known->display.unit),
            known->display.factor, known->nominal};
  std::string plain = output;
  std::replace(plain.begin(), plain.end(), '_', ' ');
  return {base::gnuplot_markup(plain), plain, si_unit == "1" ? "" : si_unit};
}

}  // namespace crbrt::report
