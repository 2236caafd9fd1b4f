// SPDX-License-Identifier: Apache-2.0
// Costs are those of one core of the machine of docs/speed.md; the engine corrects them by what it sees.
#include "tools/make/plan.h"

#include "base/json.h"
#include "tools/make/data_sets.h"
#include "tools/make/settings.h"

namespace crbrt::make {
namespace {

namespace fs = std::filesystem;
using base::Json;

double training_s(std::uint64_t voxels, std::uint64_t macs) {
  return static_cast<double>(voxels) * (2e-6 + 2.5e-10 * static_cast<double>(macs));
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
  step.inputs = {unseen_file};
  if (!r.dictionary) {  // whose simulator is not here
    const std::vector<std::string> sequence = sequence_words(r);
    step.command.insert(step.command.end(), sequence.begin(), sequence.end());
    add(step.command, {"--prior", r.prior.string()});
    step.inputs.insert(step.inputs.end(), {r.sequence, r.prior});
  }
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
  add(step.command, {"--outputs", output_names(r), "--encoding", encoding_file});
  step.outputs = {encoding_file};
  step.headline = encoding_file;
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
