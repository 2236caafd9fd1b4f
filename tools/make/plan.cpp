// Costs are those of one core of the machine of docs/speed.md; the engine corrects them by what it sees.
#include "tools/make/plan.h"

#include <algorithm>
#include <cmath>

#include "base/json.h"

namespace crbrt::make {
namespace {

namespace fs = std::filesystem;
using base::Json;

constexpr const char *unseen_file = "work/unseen.h5", *calibration_file = "work/calibration.h5";
constexpr std::uint64_t training_seed = 1, unseen_seed = 2, calibration_seed = 12;  // as scripts/retrain.sh
constexpr std::size_t twin_realisations = 4;

double simulation_s(std::uint64_t n, const Request& r) { return 1.25e-6 * static_cast<double>(n * r.n_frame); }

double training_s(std::uint64_t voxels, std::uint64_t macs) {
  return static_cast<double>(voxels) * (2e-6 + 2.5e-10 * static_cast<double>(macs));
}

Step program(const std::string& name, std::string what, std::vector<std::string> command) {
  Step step;
  step.name = name;
  step.what = std::move(what);
  step.command = std::move(command);
  return step;
}

void add(std::vector<std::string>& words, std::initializer_list<std::string> more) { words.insert(words.end(), more); }

std::vector<std::string> sequence_words(const Request& r) {
  std::vector<std::string> words{"--sequence", r.sequence.string()};
  if (r.options.tr_s) add(words, {"--tr", Json(*r.options.tr_s).dump()});
  return words;
}

/// crbrt-simulate with the sequence and the prior.
std::vector<std::string> simulate(const Request& r, std::uint64_t count, std::uint64_t seed) {
  std::vector<std::string> words{"crbrt-simulate"};
  const std::vector<std::string> sequence = sequence_words(r);
  words.insert(words.end(), sequence.begin(), sequence.end());
  add(words, {"--prior", r.prior.string(), "--count", std::to_string(count), "--seed", std::to_string(seed)});
  return words;
}

Step data_set(const Request& r, const std::string& name, const std::string& what, std::vector<std::string> command,
              const fs::path& out, double core_s) {
  Step step = program(name, what, std::move(command));
  add(step.command, {"--out", out.string()});
  step.threads_option = "--threads";
  step.most_threads = 1024;
  step.inputs = {r.sequence, r.prior};
  step.outputs = {out};
  step.scratch = {out.string() + ".partial"};
  step.core_s = core_s;
  return step;
}

Step set_with_basis(const Request& r, const std::string& name, const std::string& what, std::uint64_t count, std::uint64_t seed,
                    const fs::path& out) {
  std::vector<std::string> command = simulate(r, count, seed);
  add(command, {"--basis", basis_file});
  Step step = data_set(r, name, what, std::move(command), out, simulation_s(count, r));
  step.inputs.emplace_back(basis_file);
  return step;
}

std::vector<fs::path> training_files(const Options& o) {
  std::vector<fs::path> files;
  for (std::uint64_t i = 0; i < o.n_shard; ++i)
    files.emplace_back(o.n_shard == 1 ? "work/train.h5" : "work/train-" + std::to_string(i) + ".h5");
  return files;
}

std::vector<Step> data_sets(const Request& r) {
  const Effort& effort = r.options.effort;
  std::vector<Step> steps;
  const std::vector<fs::path> files = training_files(r.options);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string part = std::to_string(i), of = std::to_string(files.size());
    Step step = set_with_basis(r, files[i].stem().string(),
                               files.size() == 1 ? "training set" : "training set, part " + std::to_string(i + 1) + " of " + of,
                               effort.training, training_seed, files[i]);
    if (files.size() > 1) add(step.command, {"--shard", part + "/" + of});
    step.core_s /= static_cast<double>(files.size());
    steps.push_back(std::move(step));
  }
  steps.push_back(set_with_basis(r, "unseen", "unseen set", effort.unseen, unseen_seed, unseen_file));
  steps.push_back(
      set_with_basis(r, "calibration", "set for the integers", effort.calibration, calibration_seed, calibration_file));
  return steps;
}

Json settings(const Request& r, const std::string& model, std::uint64_t macs, std::size_t rank) {
  Json outputs = Json::array();
  for (const Output& output : r.outputs)
    outputs.push_back({{"name", output.name}, {"minimum", output.minimum}, {"maximum", output.maximum}});
  const std::uint64_t held_out = std::clamp<std::uint64_t>(r.options.effort.training / 10, 1, 4000);
  // Two layers of one width in every size; the skip was worth 6 % of the loss (docs/experiments/tried.csv).
  Json skips = Json::array();
  skips.push_back({{"from", "hidden1"}, {"to", "hidden3"}});
  Json json{{"name", model},
            {"network",
             {{"hidden", hidden_widths(macs, rank, r.outputs.size())},
              {"activation", "relu"},
              {"normalization", "none"},
              {"skips", skips}}},
            {"preprocessing",
             {{"phase_reference", 0}, {"conjugate_reference", "strongest"}, {"l2_normalize", true}, {"standardize", true}}},
            {"outputs", outputs},
            {"loss", "crb"},
            {"heads", {{"uncertainty", true}, {"atypicality", true}, {"trunk_gradient", 1}}},
            {"optimizer", {{"kind", "adam"}, {"learning_rate", 0.004}, {"max_gradient_norm", 1}}},
            {"schedule", {{"kind", "cosine"}, {"warmup_epochs", 1}}},
            {"training", {{"batch", 256}, {"epochs", r.options.effort.epochs}, {"seed", 1}}},
            {"validation", {{"count", held_out}, {"every", std::max<std::uint64_t>(1, r.options.effort.epochs / 20)}}}};
  return json;
}

Json twin_settings(Json json, const std::string& twin, const Effort& effort) {
  json["name"] = twin;
  json["loss"] = "bias_reduced";
  json["bias_reduced"] = {{"realisations", twin_realisations}, {"variance_weight", 0.3}, {"variance_limit", 1}};
  json["optimizer"]["learning_rate"] = 0.0015;
  json["training"]["epochs"] = effort.twin_epochs;
  json["validation"]["every"] = std::max<std::uint64_t>(1, effort.twin_epochs / 10);
  return json;
}

fs::path checkpoint_of(const std::string& model) { return "work/" + model + ".training/checkpoint.pt"; }
fs::path history_of(const std::string& model) { return "work/" + model + ".training/loss.csv"; }
fs::path trained_file(const std::string& model) { return "work/" + model + ".trained.crbm"; }

Step training(const Request& r, const std::string& model, const std::string& what, const std::string& start, double core_s) {
  Step step = program("train-" + model, what, {"crbrt-train", "--config", config_file(model).string()});
  const std::vector<fs::path> sets = training_files(r.options);
  for (const fs::path& set : sets) add(step.command, {"--dataset", set.string()});
  const std::string folder = "work/" + model + ".training";
  add(step.command, {"--checkpoint", folder, "--out", trained_file(model).string()});
  step.inputs = {config_file(model)};
  step.inputs.insert(step.inputs.end(), sets.begin(), sets.end());
  if (!start.empty()) {
    add(step.command, {"--start", checkpoint_of(start).string()});
    step.inputs.push_back(checkpoint_of(start));
  }
  step.outputs = {trained_file(model), checkpoint_of(model), history_of(model)};
  step.resume = {"--resume"};
  step.scratch = {folder};
  step.core_s = core_s;
  return step;
}

Step integers(const std::string& model) {
  Step step = program(
      "integers-" + model, "integers of " + model,
      {"crbrt-codegen", "--model", trained_file(model).string(), "--precision", "mixed", "--budget", "0.01", "--dataset",
       calibration_file, "--out", "work/" + model + ".generated", "--save-model", model_file(model).string()});
  step.inputs = {trained_file(model), calibration_file};
  step.outputs = {model_file(model)};
  // A network that has no integers, or none within the budget, stays as it was trained; the log says why.
  step.copies = {3, 4};
  step.copy_from = trained_file(model);
  step.copy_to = model_file(model);
  step.core_s = 20;
  return step;
}

/// What both verdicts of crbrt-eval need: on the pulse train, and on a model.
Step judgement(const Request& r, const std::string& name, std::string what) {
  Step step = program(name, std::move(what), {"crbrt-eval", "--dataset", unseen_file});
  const std::vector<std::string> sequence = sequence_words(r);
  step.command.insert(step.command.end(), sequence.begin(), sequence.end());
  add(step.command, {"--prior", r.prior.string()});
  step.inputs = {unseen_file, r.sequence, r.prior};
  if (!r.goals.empty()) {
    add(step.command, {"--goals", r.goals.string()});
    step.inputs.push_back(r.goals);
  }
  step.fine = {0, 9};  // judged, and not fit
  step.threads_option = "--threads";
  step.most_threads = 1024;
  return step;
}

/// Before any training: what the pulse train can tell.
Step encoding(const Request& r) {
  Step step = judgement(r, "encoding", "what the pulse train encodes");
  std::string names;
  for (const Output& output : r.outputs) names += (names.empty() ? "" : ",") + output.name;
  add(step.command, {"--outputs", names, "--encoding", encoding_file});
  step.outputs = {encoding_file};
  step.core_s = 5;
  return step;
}

Step evaluation(const Request& r, const std::string& model, std::uint64_t macs) {
  const Effort& effort = r.options.effort;
  Step step = judgement(r, "evaluate-" + model, "evaluation of " + model);
  add(step.command, {"--model", model_file(model).string(), "--json", evaluation_file(model).string(), "--verdict",
                     model_verdict_file(model).string()});
  step.inputs.push_back(model_file(model));
  for (const fs::path& set : training_files(r.options)) {
    add(step.command, {"--trained-on", set.string()});
    step.inputs.push_back(set);
  }
  if (effort.nlls > 0) add(step.command, {"--nlls", std::to_string(effort.nlls)});
  step.outputs = {evaluation_file(model), model_verdict_file(model)};
  constexpr double voxels_of_fingerprint = 8 * 300, s_per_mac = 1.0 / 40e9, nlls_voxel_s = 0.3, nlls_realisations = 4;
  step.core_s = static_cast<double>(effort.unseen) * voxels_of_fingerprint * (static_cast<double>(macs) * s_per_mac + 4e-7) +
                static_cast<double>(effort.nlls) * nlls_realisations * nlls_voxel_s;
  return step;
}

/// For reconstructions; the model is one that carries the basis.
Step exported_basis(const std::string& model, const std::string& end, std::vector<fs::path> files) {
  Step step = program("basis-" + end, "basis as ." + end,
                      {"crbrt-model", "export-basis", "--model", trained_file(model).string(), "--out", "basis." + end});
  step.inputs = {trained_file(model)};
  step.outputs = std::move(files);
  return step;
}

Step report(const std::vector<std::string>& models) {
  Step step = program("report", "report", {"crbrt-report", "--title", models.front()});
  for (const std::string& model : models) {
    add(step.command, {"--evaluation", evaluation_file(model).string(), "--history", model + "=" + history_of(model).string()});
    step.inputs.push_back(evaluation_file(model));
    step.inputs.push_back(history_of(model));
  }
  add(step.command, {"--out", report_file});
  step.outputs = {report_file};
  step.core_s = 5;
  return step;
}

}  // namespace

std::vector<std::string> model_names(const Options& o) {
  if (o.macs.size() == 1) return {o.name};
  std::vector<std::string> names;
  for (const std::uint64_t macs : o.macs)
    names.push_back(o.name + "_" + (macs % 1000 == 0 ? std::to_string(macs / 1000) + "k" : std::to_string(macs)));
  return names;
}

std::string twin_of(const std::string& model) { return model + "_unbiased"; }
fs::path model_file(const std::string& model) { return model + ".crbm"; }
fs::path config_file(const std::string& model) { return "work/" + model + ".json"; }
fs::path model_verdict_file(const std::string& model) { return "work/" + model + ".verdict.json"; }
fs::path evaluation_file(const std::string& model) { return "work/" + model + ".evaluation.json"; }

std::vector<std::size_t> hidden_widths(std::uint64_t macs, std::size_t n_coeff, std::size_t n_output) {
  constexpr double shape[] = {64, 64, 64, 60, 32};
  // Behind the last layer: the outputs, three numbers of the standard deviation of each, and the score (trainer/heads.h).
  const std::size_t n_in = 2 * n_coeff, n_last = 4 * n_output + 1;
  std::vector<std::size_t> best(std::size(shape), 4);
  for (double factor = 0.05; factor < 40; factor *= 1.002) {
    std::vector<std::size_t> widths;
    std::size_t cost = 0, before = n_in;
    for (const double width : shape) {
      widths.push_back(std::max<std::size_t>(4, static_cast<std::size_t>(std::lround(width * factor / 4)) * 4));
      cost += before * widths.back();
      before = widths.back();
    }
    if (cost + before * n_last > macs) break;
    best = widths;
  }
  return best;
}

std::vector<Step> basis_steps(const Request& r) {
  const Options& o = r.options;
  std::vector<std::string> command = simulate(r, o.effort.basis_draws, training_seed);
  add(command, {"--basis-only", "--basis-kind", o.basis_kind, "--rank", o.rank});
  if (o.rank == "auto") {
    std::string names;
    for (const Output& output : r.outputs) names += (names.empty() ? "" : ",") + output.name;
    add(command, {"--rank-factor", Json(o.rank_factor).dump(), "--outputs", names});
  }
  Step step = data_set(r, "basis", "basis", std::move(command), basis_file, 2 * simulation_s(o.effort.basis_draws, r) + 20);
  return {std::move(step)};
}

Plan model_plan(const Request& r, std::size_t rank) {
  const Effort& effort = r.options.effort;
  Plan plan;
  plan.steps = data_sets(r);
  plan.steps.push_back(encoding(r));
  const std::vector<std::string> names = model_names(r.options);
  std::vector<std::string> all;
  std::vector<Step> last;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string &model = names[i], twin = twin_of(model);
    const std::uint64_t macs = r.options.macs[i];
    const Json json = settings(r, model, macs, rank);
    plan.configs.emplace_back(config_file(model), json.dump(2) + "\n");
    plan.configs.emplace_back(config_file(twin), twin_settings(json, twin, effort).dump(2) + "\n");
    plan.steps.push_back(training(r, model, "training of " + model, "", training_s(effort.training * effort.epochs, macs)));
    plan.steps.push_back(training(r, twin, "training of " + twin, model,
                                  training_s(effort.training * effort.twin_epochs * twin_realisations, macs)));
    for (const std::string& name : {model, twin}) {
      all.push_back(name);
      last.push_back(integers(name));
      last.push_back(evaluation(r, name, macs));
    }
  }
  plan.steps.insert(plan.steps.end(), last.begin(), last.end());
  plan.steps.push_back(exported_basis(names.front(), "cfl", {"basis.cfl", "basis.hdr"}));
  plan.steps.push_back(exported_basis(names.front(), "npy", {"basis.npy"}));
  plan.steps.push_back(report(all));
  return plan;
}

}  // namespace crbrt::make
