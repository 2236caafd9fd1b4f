// SPDX-License-Identifier: Apache-2.0
// Costs are those of one core of the machine of docs/speed.md.
#include "tools/make/data_sets.h"

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "base/number_text.h"

namespace crbrt::make {
namespace {

namespace fs = std::filesystem;
using base::Json;
using base::number_text;

constexpr std::uint64_t training_seed = 1, unseen_seed = 2, calibration_seed = 12;  // as scripts/retrain.sh

double simulation_s(std::uint64_t n, const Request& r) { return 1.25e-6 * static_cast<double>(n * r.n_frame); }

/// Reading and comparing all rows, whatever is kept.
double reading_s(const Dictionary& dictionary) { return 1 + 1e-8 * static_cast<double>(dictionary.n_byte); }

Step data_set(const std::string& name, const std::string& what, std::vector<std::string> command, const fs::path& out,
              double core_s) {
  Step step = program(name, what, std::move(command));
  add(step.command, {"--out", out.string()});
  step.threads_option = "--threads";
  step.most_threads = 1024;
  step.outputs = {out};
  step.core_s = core_s;
  return step;
}

/// crbrt-simulate with the sequence and the prior.
Step drawn(const Request& r, const std::string& name, const std::string& what, std::uint64_t count, std::uint64_t seed,
           const fs::path& out) {
  std::vector<std::string> words{"crbrt-simulate"};
  const std::vector<std::string> sequence = sequence_words(r);
  words.insert(words.end(), sequence.begin(), sequence.end());
  add(words, {"--prior", r.prior.string(), "--count", std::to_string(count), "--seed", std::to_string(seed)});
  Step step = data_set(name, what, std::move(words), out, simulation_s(count, r));
  step.inputs = {r.sequence, r.prior};
  step.scratch = {out.string() + ".partial"};
  return step;
}

/// crbrt-simulate with a share of the dictionary.
Step taken(const Request& r, const std::string& name, const std::string& what, double from, double to, const fs::path& out) {
  const Options& o = r.options;
  std::vector<std::string> words{"crbrt-simulate", "--from", r.dictionary->file.string()};
  if (o.tr_s) add(words, {"--tr", Json(*o.tr_s).dump()});
  add(words, {"--share", number_text(from, "%g") + ":" + number_text(to, "%g")});
  Step step = data_set(name, what, std::move(words), out, reading_s(*r.dictionary));
  step.inputs = {r.dictionary->file};
  return step;
}

Step with_basis(Step step) {
  add(step.command, {"--basis", basis_file});
  step.inputs.emplace_back(basis_file);
  return step;
}

std::vector<Step> sets_of_dictionary(const Request& r) {
  std::vector<Step> steps{
      with_basis(taken(r, "train", "training set", 0, training_end, training_files(r.options).front())),
      with_basis(taken(r, "unseen", "unseen set", calibration_end, 1, unseen_file)),
      with_basis(taken(r, "calibration", "set for the integers", training_end, calibration_end, calibration_file))};
  for (Step& step : steps) {
    if (r.options.snr_min) add(step.command, {"--snr-min", Json(*r.options.snr_min).dump()});
    if (r.options.snr_max) add(step.command, {"--snr-max", Json(*r.options.snr_max).dump()});
  }
  return steps;
}

/// Outputs whose bounds a basis can keep: with a dictionary, its parameters.
std::string bounded_names(const Request& r) {
  if (!r.dictionary) return output_names(r);
  std::string names;
  for (const Output& output : r.outputs)
    if (std::count(r.dictionary->unknowns.begin(), r.dictionary->unknowns.end(), output.name) > 0)
      names += (names.empty() ? "" : ",") + output.name;
  return names;
}

void add_basis_words(const Request& r, Step& step) {
  const Options& o = r.options;
  add(step.command, {"--basis-only"});
  if (r.dictionary && r.dictionary->has_basis) {  // which is taken
    if (o.rank != "auto") add(step.command, {"--rank", o.rank});
    return;
  }
  add(step.command, {"--basis-kind", o.basis_kind, "--rank", o.rank});
  if (o.rank == "auto") add(step.command, {"--rank-or-most", "--rank-factor", Json(o.rank_factor).dump()});
  const bool keeps_bounds = o.rank == "auto" || (r.dictionary && o.basis_kind == "crb");
  const std::string names = bounded_names(r);
  if (keeps_bounds && !names.empty()) add(step.command, {"--outputs", names});
}

}  // namespace

Effort effort_with(Effort effort, std::uint64_t n_fingerprint, bool are_epochs_given) {
  const auto share = [&](double part) {
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(part * static_cast<double>(n_fingerprint)));
  };
  const std::uint64_t usual = effort.training;
  effort.training = share(training_end);
  effort.unseen = share(1 - calibration_end);
  effort.calibration = share(calibration_end - training_end);
  effort.basis_draws = std::min(effort.basis_draws, effort.training);
  effort.nlls = 0;  // a fit simulates
  if (are_epochs_given) return effort;
  constexpr double most_repetition = 3;
  const double factor = std::clamp(static_cast<double>(usual) / static_cast<double>(effort.training), 1.0, most_repetition);
  for (std::uint64_t* const epochs : {&effort.epochs, &effort.twin_epochs})
    *epochs = static_cast<std::uint64_t>(std::lround(factor * static_cast<double>(*epochs)));
  return effort;
}

std::vector<Step> basis_steps(const Request& r) {
  const Effort& effort = r.options.effort;
  if (!r.dictionary) {
    Step step = drawn(r, "basis", "basis", effort.basis_draws, training_seed, basis_file);
    add_basis_words(r, step);
    step.core_s = 2 * step.core_s + 20;
    return {std::move(step)};
  }
  // Four digits: the share may have some fingerprints more or less.
  const double share = static_cast<double>(effort.basis_draws) / static_cast<double>(r.dictionary->n_fingerprint);
  const double end = std::clamp(std::ceil(share * 1e4) / 1e4, 1e-4, training_end);
  Step step = taken(r, "basis", "basis", 0, end, basis_file);
  add_basis_words(r, step);
  step.core_s += 20;
  return {std::move(step)};
}

std::vector<Step> data_sets(const Request& r) {
  if (r.dictionary) return sets_of_dictionary(r);
  const Effort& effort = r.options.effort;
  std::vector<Step> steps;
  const std::vector<fs::path> files = training_files(r.options);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string part = std::to_string(i), of = std::to_string(files.size());
    Step step =
        with_basis(drawn(r, files[i].stem().string(),
                         files.size() == 1 ? "training set" : "training set, part " + std::to_string(i + 1) + " of " + of,
                         effort.training, training_seed, files[i]));
    if (files.size() > 1) add(step.command, {"--shard", part + "/" + of});
    step.core_s /= static_cast<double>(files.size());
    steps.push_back(std::move(step));
  }
  steps.push_back(with_basis(drawn(r, "unseen", "unseen set", effort.unseen, unseen_seed, unseen_file)));
  steps.push_back(
      with_basis(drawn(r, "calibration", "set for the integers", effort.calibration, calibration_seed, calibration_file)));
  return steps;
}

std::vector<fs::path> training_files(const Options& o) {
  std::vector<fs::path> files;
  for (std::uint64_t i = 0; i < o.n_shard; ++i)
    files.emplace_back(o.n_shard == 1 ? "work/train.h5" : "work/train-" + std::to_string(i) + ".h5");
  return files;
}

std::vector<std::string> sequence_words(const Request& r) {
  std::vector<std::string> words{"--sequence", r.sequence.string()};
  if (r.options.tr_s) add(words, {"--tr", Json(*r.options.tr_s).dump()});
  return words;
}

std::string output_names(const Request& r) {
  std::string names;
  for (const Output& output : r.outputs) names += (names.empty() ? "" : ",") + output.name;
  return names;
}

}  // namespace crbrt::make
