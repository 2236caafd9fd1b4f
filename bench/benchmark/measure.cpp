// SPDX-License-Identifier: Apache-2.0
// The parts of the document, in the order of its keys.
#include "bench/benchmark/measure.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/model_file.h"
#include "bench/benchmark/accuracy.h"
#include "bench/benchmark/brain_accuracy.h"
#include "bench/benchmark/comparison.h"
#include "bench/benchmark/dictionary_study.h"
#include "bench/benchmark/in_vivo.h"
#include "bench/benchmark/scaling.h"
#include "bench/benchmark/timing.h"
#include "bench/peak.h"
#include "tools/cli/command_line.h"

namespace crbrt::bench {
namespace {

using base::Json;
using physics::Parameter;

constexpr double seconds_of_paper = 30;  ///< a voxel's fit in [paper]

std::string snr_key(double snr) { return "snr" + std::to_string(static_cast<int>(snr)); }

Json machine_json(std::size_t repeats) {
  std::string processor = "unknown processor";
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) processor = line.substr(line.find(':') + 2);
  Json json{{"processor", processor}, {"isa", name(best_isa())}};
  std::vector<double> peaks;
  for (std::size_t i = 0; i < repeats; ++i) peaks.push_back(fma_peak_per_second(best_isa()));
  add_timing(json, "fma_gmacs", peaks, 1e-9);
  return json;
}

Json settings_json(const BenchmarkOptions& options) {
  return {{"protocol", "crbrt1142"},
          {"prior", "models/priors/paper.json"},
          {"fingerprints", options.fingerprints},
          {"realisations", options.realisations},
          {"turns", options.turns},
          {"seed", options.seed}};
}

Yardstick yardstick_of(const Problem& problem, const BenchmarkOptions& options, double snr) {
  return {problem.targets.truth, problem.targets.bound / (snr * snr), problem.prior_variance, options.realisations};
}

/// "agreement": the learned refinements beside those by the physics.
void add_agreement(const Problem& problem, const BenchmarkOptions& options, const std::vector<Row>& rows, Json& json) {
  const auto row_of = [&](const std::string& name) {
    return std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.name == name; });
  };
  for (const auto& [learned, exact] : {std::pair{"refine_learned", "refine_exact"}, {"refine_learned_map", "refine_map"}}) {
    const auto of_learned = row_of(learned), of_exact = row_of(exact);
    if (of_learned == rows.end() || of_exact == rows.end()) continue;
    for (const double snr : benchmark_snrs)
      json["agreement"][learned][snr_key(snr)] = agreement_json(problem.targets.names, of_learned->values.at(snr),
                                                                of_exact->values.at(snr), yardstick_of(problem, options, snr));
  }
}

/// "estimators", "time" and "accuracy", by name and SNR.
void add_rows(const Problem& problem, const BenchmarkOptions& options, const std::vector<Row>& rows, Json& json) {
  for (const Row& row : rows) {
    json["estimators"][row.name] = Json{{"configuration", row.configuration}};
    for (const double snr : benchmark_snrs) {
      add_timing(json["time"][row.name][snr_key(snr)], "us_per_voxel", row.us.at(snr), 1);
      json["accuracy"][row.name][snr_key(snr)] =
          accuracy_json(problem.targets.names, row.values.at(snr), yardstick_of(problem, options, snr));
    }
  }
}

const std::vector<double>& us_at_50(const std::vector<Row>& rows, const std::string& name) {
  for (const Row& row : rows)
    if (row.name == name) return row.us.at(50);
  throw base::Error(base::exit_internal, "no estimator " + name);
}

/// By turn, so that a slow turn disturbs both sides.
std::vector<double> ratios(const std::vector<double>& above, const std::vector<double>& below) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < below.size(); ++i) ratios.push_back(above[i] / below[i]);
  return ratios;
}

/// The names that goals and comparisons ask for, at SNR 50.
void add_headlines(const std::vector<Row>& rows, const Models& models, Json& json) {
  const auto us = [&](const std::string& name) -> const std::vector<double>& { return us_at_50(rows, name); };
  add_timing(json["nlls"], "cold_ms", us("nlls_cold"), 1e-3);
  add_timing(json["nlls"], "warm_ms", us("nlls_warm"), 1e-3);
  add_timing(json["nlls"], "map_ms", us("nlls_map"), 1e-3);
  add_timing(json["refine"], "exact_ms", us("refine_exact"), 1e-3);
  add_timing(json["refine"], "map_ms", us("refine_map"), 1e-3);
  add_timing(json["refine"], "learned_us", us("refine_learned"), 1);
  add_timing(json["refine"], "learned_map_us", us("refine_learned_map"), 1);
  const auto add = [&](const std::string& name, const Model& model) {
    json["network"][name]["macs_per_voxel"] = model.program().macs_per_voxel;
    add_timing(json["network"][name]["f32"], "us_per_voxel", us(name + "_f32"), 1);
    if (model.integer_program() == nullptr) return;
    const std::string& precision = model.info().integers.precision;
    add_timing(json["network"][name][precision], "us_per_voxel", us(name + "_" + precision), 1);
  };
  add("brain_v2", models.small);
  add("brain_v2_full", models.full);
  const std::vector<double>& network = us("brain_v2_f32");
  Json& speedup = json["speedup"];
  add_timing(speedup, "cold", ratios(us("nlls_cold"), network), 1);
  add_timing(speedup, "warm", ratios(us("nlls_warm"), network), 1);
  add_timing(speedup, "refine_exact", ratios(us("nlls_cold"), us("refine_exact")), 1);
  add_timing(speedup, "refine_learned", ratios(us("nlls_cold"), us("refine_learned")), 1);
  add_timing(speedup, "paper", ratios(std::vector<double>(network.size(), seconds_of_paper * 1e6), network), 1);
  speedup["paper_s_per_voxel"] = seconds_of_paper;
}

/// "NAME=FILE"
std::pair<std::string, std::string> split(const std::string& option, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
    throw base::UsageError(option + ": expected NAME=FILE, found " + text);
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// brain.SIZE.PRECISION: the numbers of one core; under cores_N those of N.
void add_brains(const std::vector<std::string>& brains, Json& json) {
  for (const std::string& text : brains) {
    const auto [key, path] = split("--brain", text);
    const std::size_t first = key.find('.'), second = key.find('.', first + 1);
    if (second == std::string::npos) throw base::UsageError("--brain: expected SIZE.PRECISION.CORES=FILE, found " + text);
    const std::string cores = key.substr(second + 1);
    const Json stats = Json::from_file(path);
    Json& brain = json["brain"][key.substr(0, first)][key.substr(first + 1, second - first - 1)];
    Json& place = cores == "1" ? brain : brain["cores_" + cores];
    for (const char* name : {"model", "voxels", "threads", "read_s", "kernel_s", "write_s", "total_s", "peak_rss_bytes"})
      if (const Json* const value = stats.find(name); value != nullptr) place[name] = *value;
  }
}

std::vector<std::size_t> sizes(const std::vector<std::uint64_t>& points) { return {points.begin(), points.end()}; }

}  // namespace

void BenchmarkOptions::be_quick() {
  fingerprints = 24;
  realisations = 3;
  turns = 3;
  grid_3 = {6, 12};
  grid_4 = {4, 7};
  phantom_voxels = 48;
  in_vivo.voxels = 12;
  in_vivo.draws = 2048;  // of six cycles: three seconds a fit
}

Json measure_benchmark(const BenchmarkOptions& options) {
  const auto path_of = [&](const std::string& name) { return options.models + "/" + name + "/" + name + ".crbm"; };
  Models models{base::load_model(path_of("brain_v2")),
                base::load_model(path_of("brain_v2_full")),
                base::load_model(path_of("brain_v2_all")),
                options.forward,
                {}};
  if (models.forward_path.empty()) models.forward_path = path_of("brain_v2_all");
  models.forward = base::load_any_model(models.forward_path);
  std::vector<std::pair<std::string, Model>> timed;
  for (const std::string& text : options.timed) {
    const auto [name, path] = split("--timed", text);
    timed.emplace_back(name, base::load_model(path));
  }
  Json json{{"program", "crbrt-benchmark"}, {"version", cli::version()}};
  json["machine"] = machine_json(options.turns);
  json["settings"] = settings_json(options);
  add_brains(options.brains, json);

  const Problem problem = make_problem(options.models + "/protocol/crbrt1142.json", options.models + "/priors/paper.json",
                                       models.small, path_of("brain_v2"), options.fingerprints, options.seed);
  // Files are read before anything is measured, so that a wrong one is known at once.
  std::optional<BrainVoxels> brain;
  if (!options.phantom.empty()) {
    brain = read_brain_voxels(options.phantom, problem, models.small, options.phantom_voxels, options.seed);
    json["settings"]["phantom"] = Json{{"voxels", brain->voxels.size()}, {"snr", brain->snr}};
  }
  std::optional<InVivo> in_vivo;
  if (!options.in_vivo.image.empty()) {
    in_vivo = read_in_vivo(options.in_vivo, options.models, options.seed);
    json["settings"]["in_vivo"] = Json{{"voxels", in_vivo->voxels.size()}, {"draws", in_vivo->draws}};
  }
  if (!options.training.empty()) json["training"] = training_throughput(options.training);

  std::vector<Parameter> gridded{Parameter::m0_semi_frac, Parameter::r1_free_hz, Parameter::r2_free_hz};
  DictionaryStudy of_3 = study_dictionaries(problem, gridded, sizes(options.grid_3), options.fingerprints, options.seed + 1);
  gridded.push_back(Parameter::omega0_rad_s);
  DictionaryStudy of_4 = study_dictionaries(problem, gridded, sizes(options.grid_4), options.fingerprints, options.seed + 1);
  Lineup lineup(problem, models, *of_3.finest, *of_4.finest);
  take_turns(problem, options, lineup.rows);
  add_headlines(lineup.rows, models, json);
  add_rows(problem, options, lineup.rows, json);
  add_agreement(problem, options, lineup.rows, json);
  if (brain) json["phantom"] = brain_accuracy(problem, *brain, options.turns, lineup.rows);
  if (in_vivo) json["in_vivo"] = in_vivo_json(*in_vivo, options.turns);
  json["dictionary"] = Json{{"three", std::move(of_3.json)}, {"four", std::move(of_4.json)}};

  std::vector<TimedNetwork> networks{{"brain_v2", &models.small.program()}, {"brain_v2_full", &models.full.program()}};
  for (const auto& [name, model] : timed) networks.push_back({name, &model.program()});
  json["scaling"]["voxels"] = scaling_with_voxels(models.small.program(), options.turns);
  json["scaling"]["network_size"] = scaling_with_size(networks, options.turns);
  for (const Json& network : json["scaling"]["network_size"]["networks"].items()) {
    const std::string& name = network["name"].text();
    if (json["network"].contains(name)) continue;
    json["network"][name]["macs_per_voxel"] = network["macs_per_voxel"];
    json["network"][name]["f32"]["us_per_voxel"] = network["us_per_voxel"];
    json["network"][name]["f32"]["us_per_voxel_quartiles"] = network["us_per_voxel_quartiles"];
  }
  json["simulation"] = simulation_throughput(problem, options.turns);
  json["skipped"] = Json::array();
  const auto skip_if = [&](bool is_absent, const char* what) {
    if (is_absent) json["skipped"].push_back(what);
  };
  skip_if(options.brains.empty(), "whole brains");
  skip_if(options.phantom.empty(), "the digital brain: no phantom was given");
  skip_if(options.in_vivo.image.empty(), "voxels in vivo: they are in no repository, and none were given");
  skip_if(options.training.empty(), "training throughput: crbrt-train was not built");
  return json;
}

}  // namespace crbrt::bench
