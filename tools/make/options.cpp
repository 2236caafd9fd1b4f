// SPDX-License-Identifier: Apache-2.0
// Defaults that depend on the machine or on other options are settled here.
#include "tools/make/options.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/json.h"
#include "tools/cli/command_line.h"

namespace crbrt::make {
namespace {

namespace fs = std::filesystem;

/// Kernels of one core with AVX2 do 46 to 55 G multiply-adds/s on networks of this kind (docs/speed.md); a whole map, 44.
constexpr double macs_per_ms = 40e6;
constexpr std::uint64_t least_macs = 1000, most_macs = 4000000, usual_macs = 16000;
/// One shard of a cluster is a minute of work or so.
constexpr std::uint64_t fingerprints_of_task = 2000, most_shards = 1000;

struct Given {
  std::vector<std::uint64_t> nlls;  // empty: not given
  std::uint64_t count = 0, unseen = 0, epochs = 0, shards = 0;
  bool is_quick = false;
  unsigned threads = 0;
};

void add_options(cli::CommandLine& app, Options& o, Given& given) {
  app.option("--sequence FILE", o.sequence, "pulse sequence: JSON, or MAT v7.3/HDF5 with alpha and TRF");
  app.option("--tr SECONDS", o.tr_s, "repetition time in s, where the file carries none");
  app.option("--prior FILE", o.prior, "JSON distribution of tissues");
  app.option("--dictionary FILE", o.dictionary,
             "in place of --sequence and --prior: fingerprints of another simulator, HDF5 as for crbrt-simulate --from");
  app.option("--snr-min RATIO", o.snr_min, "with --dictionary: |M0| / sigma, lower end (default 10)").positive();
  app.option("--snr-max RATIO", o.snr_max, "with --dictionary: |M0| / sigma, upper end (default 100)").positive();
  app.option("--out FOLDER", o.out, "folder of the models, the basis, the report and the verdict; made if absent").required();
  app.option("--name NAME", o.name, "of the model: letters, digits and _ (default: the name of the folder)");
  app.option("--outputs OUTPUTS", o.outputs,
             "what to estimate (default: pool size, T1 and T2 of the free pool, where they vary; of --dictionary all that is "
             "unknown)")
      .separated_by(',');
  app.option("--basis-kind KIND", o.basis_kind, "svd keeps the energy of the signals, crb the bounds of pool size, T1 and T2")
      .one_of({"svd", "crb"})
      .show_default();
  app.option("--rank N", o.rank, "coefficients, or auto: the fewest that keep the bounds of the outputs within --rank-factor")
      .show_default();
  app.option("--rank-factor RATIO", o.rank_factor,
             "what the basis may cost: sqrt(CRB) after it over sqrt(CRB) of all frames, median")
      .in_range(1.001, 100.0)
      .show_default();
  const cli::Option macs =
      app.option("--macs N", o.macs, "multiply-adds per voxel; repeat for several sizes (default: 16000)").one_value_each();
  app.option("--budget-ms MILLISECONDS", o.budget_ms, "in place of --macs: time of a voxel on one core")
      .positive()
      .excludes(macs);
  app.flag("--quick", given.is_quick, "a usable model in about 5 minutes of two cores (default: about 40 minutes)");
  app.option("--count N", given.count, "fingerprints to train on").positive();
  app.option("--unseen N", given.unseen, "fingerprints to judge on").in_range(64, 100000000);
  app.option("--epochs N", given.epochs, "of the training; the twin with little bias gets a fifth").positive();
  app.option("--nlls N", given.nlls, "fingerprints that least squares fits for comparison; 0: none").one_value_each();
  app.option("--goals FILE", o.goals, "JSON of numbers that the verdict asks for (default: from bound and prior)");
  app.option(
         "--threads N", given.threads,
         "cores of all steps together (default: SLURM_CPUS_PER_TASK, or all of this process; with --slurm those of a task, 1)")
      .in_range(1, 1024);
  app.flag("--dry-run", o.is_dry, "print the steps, and which of them are to be done and why; write nothing");
  app.flag("--slurm", o.to_slurm, "submit the steps as jobs of Slurm, data sets and evaluations as job arrays");
  app.option("--slurm-option OPTION", o.slurm_options, "of sbatch, e.g. --slurm-option=--time=01:00:00; repeat for more")
      .one_value_each();
  app.option("--shards N", given.shards,
             "files of the training set, each a task with --slurm (default: 1; with --slurm one for 2000 fingerprints)")
      .in_range(1, static_cast<int>(most_shards));
  app.option("--step STEP", o.step, "do this step alone, as the jobs of --slurm do");
}

unsigned default_threads() {
  if (const char* text = std::getenv("SLURM_CPUS_PER_TASK")) {
    unsigned value = 0;
    const std::string words = text;
    const auto [end, error] = std::from_chars(words.data(), words.data() + words.size(), value);
    if (error == std::errc() && end == words.data() + words.size() && value >= 1) return std::min(value, 1024u);
  }
  return std::max(1u, std::thread::hardware_concurrency());  // cores that this process may use
}

/// What is simulated, or was.
void check_source(const Options& o, const Given& given) {
  if (o.dictionary.empty()) {
    if (o.sequence.empty() || o.prior.empty())
      throw base::UsageError("expected --sequence and --prior, or --dictionary, found " +
                             std::string(!o.sequence.empty() ? "--sequence alone"
                                         : !o.prior.empty()  ? "--prior alone"
                                                             : "none of them"));
    if (o.snr_min || o.snr_max) throw base::UsageError("--snr-min and --snr-max go with --dictionary: a prior has its own");
    return;
  }
  const std::pair<const char*, bool> of_simulation[] = {{"--sequence", !o.sequence.empty()}, {"--prior", !o.prior.empty()},
                                                        {"--count", given.count > 0},        {"--unseen", given.unseen > 0},
                                                        {"--shards", given.shards > 0},      {"--nlls", !given.nlls.empty()}};
  for (const auto& [option, is_given] : of_simulation)
    if (is_given)
      throw base::UsageError(std::string(option) +
                             " goes without --dictionary: its fingerprints are all that there are, and nothing is simulated");
  if (o.snr_min.value_or(10) > o.snr_max.value_or(100)) throw base::UsageError("expected an --snr-min of at most --snr-max");
}

bool is_name(const std::string& text) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), is_word) && !(text.front() >= '0' && text.front() <= '9');
}

std::string name_of_folder(const std::string& folder) {
  std::string name = fs::absolute(folder).lexically_normal().filename().string();
  if (name.empty()) name = fs::absolute(folder).lexically_normal().parent_path().filename().string();
  for (char& c : name)
    if (!is_name(std::string("a") + c)) c = '_';
  return is_name(name) ? name : "model_" + name;
}

void settle_sizes(Options& o) {
  if (o.budget_ms) o.macs = {static_cast<std::uint64_t>(std::min(*o.budget_ms * macs_per_ms, static_cast<double>(most_macs)))};
  if (o.macs.empty()) o.macs = {usual_macs};
  for (const std::uint64_t macs : o.macs)
    if (macs < least_macs || macs > most_macs)
      throw base::UsageError((o.budget_ms ? "--budget-ms: expected time for " : "--macs: expected ") +
                             std::to_string(least_macs) + " to " + std::to_string(most_macs) + " multiply-adds, found " +
                             std::to_string(macs));
  std::sort(o.macs.begin(), o.macs.end());
  if (std::adjacent_find(o.macs.begin(), o.macs.end()) != o.macs.end()) throw base::UsageError("--macs: a size is there twice");
}

void settle_effort(Options& o, const Given& given) {
  o.effort = given.is_quick ? quick_effort : default_effort;
  if (given.count > 0) o.effort.training = given.count;
  if (given.unseen > 0) {
    o.effort.unseen = given.unseen;
    o.effort.calibration = std::min(o.effort.calibration, given.unseen);
    o.effort.nlls = std::min(o.effort.nlls, given.unseen);
  }
  if (!given.nlls.empty()) o.effort.nlls = given.nlls.back();
  if (o.effort.nlls > o.effort.unseen)
    throw base::UsageError("--nlls: expected at most the unseen fingerprints, " + std::to_string(o.effort.unseen) + ", found " +
                           std::to_string(o.effort.nlls));
  o.effort.basis_draws = std::min(o.effort.basis_draws, o.effort.training);
  o.are_epochs_given = given.epochs > 0;
  if (given.epochs > 0) {
    o.effort.epochs = given.epochs;
    o.effort.twin_epochs = std::max<std::uint64_t>(1, given.epochs / 5);
  }
  if (given.is_quick) o.effort_words.emplace_back("--quick");
  for (const auto& [option, value] :
       {std::pair{"--count", given.count}, {"--unseen", given.unseen}, {"--epochs", given.epochs}})
    if (value > 0) o.effort_words.insert(o.effort_words.end(), {option, std::to_string(value)});
  if (!given.nlls.empty()) o.effort_words.insert(o.effort_words.end(), {"--nlls", std::to_string(o.effort.nlls)});
  o.n_shard = given.shards;
  if (given.shards == 0)
    o.n_shard = o.to_slurm && o.dictionary.empty()
                    ? std::clamp<std::uint64_t>(o.effort.training / fingerprints_of_task, 1, most_shards)
                    : 1;
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv) {
  Options o;
  Given given;
  cli::CommandLine app(
      "Makes a model for a pulse sequence, or for the dictionary of another simulator, and says whether it is good enough: "
      "data sets, basis, training, a twin with little "
      "bias, "
      "integers, evaluation on fingerprints that it has not seen, a report, a card, and a verdict. A second start with the "
      "same "
      "options does what is missing, and what depends on files that have changed. SIGINT and SIGTERM end it with exit code 8.",
      "crbrt-make",
      {{{"A model in five minutes", "crbrt-make --sequence train.json --prior prior.json --out mine --quick"},
        {"Two sizes from fingerprints of another simulator, on a cluster",
         "crbrt-make --dictionary fingerprints.h5 --out mine --macs 16000 --macs 64000 --slurm"}}});
  app.exit_code(base::exit_interrupted, "not all is done; another start goes on. Also after SIGINT and SIGTERM");
  app.exit_code(base::exit_not_fit, "made, and no model is fit");
  app.exit_code(base::exit_diverged, "a training diverged");
  app.exit_code(cli::exit_signal, "");
  add_options(app, o, given);
  if (!app.parse(argc, argv)) return std::nullopt;
  check_source(o, given);
  if (o.name.empty()) o.name = name_of_folder(o.out);
  if (!is_name(o.name)) throw base::UsageError("--name: expected letters, digits and _, no digit first, found " + o.name);
  int rank = 0;
  const auto [end, error] = std::from_chars(o.rank.data(), o.rank.data() + o.rank.size(), rank);
  if (o.rank != "auto" && (error != std::errc() || end != o.rank.data() + o.rank.size() || rank < 1))
    throw base::UsageError("--rank: expected auto or a number above 0, found " + o.rank);
  cli::expect_different("--outputs", o.outputs);
  settle_sizes(o);
  settle_effort(o, given);
  o.threads = given.threads > 0 ? given.threads : o.to_slurm ? 1 : default_threads();
  return o;
}

std::vector<std::string> words_of(const Options& o) {
  const auto whole = [](const std::string& path) { return fs::absolute(path).lexically_normal().string(); };
  std::vector<std::string> words;
  const auto add = [&](const char* option, const std::string& value) { words.insert(words.end(), {option, value}); };
  if (o.dictionary.empty()) {
    add("--sequence", whole(o.sequence));
    add("--prior", whole(o.prior));
  } else {
    add("--dictionary", whole(o.dictionary));
  }
  add("--out", whole(o.out));
  add("--name", o.name);
  if (o.snr_min) add("--snr-min", base::Json(*o.snr_min).dump());
  if (o.snr_max) add("--snr-max", base::Json(*o.snr_max).dump());
  if (o.tr_s) add("--tr", base::Json(*o.tr_s).dump());
  std::string outputs;
  for (const std::string& output : o.outputs) outputs += (outputs.empty() ? "" : ",") + output;
  if (!outputs.empty()) add("--outputs", outputs);
  add("--basis-kind", o.basis_kind);
  add("--rank", o.rank);
  add("--rank-factor", base::Json(o.rank_factor).dump());
  for (const std::uint64_t macs : o.macs) add("--macs", std::to_string(macs));
  if (!o.goals.empty()) add("--goals", whole(o.goals));
  if (o.dictionary.empty()) add("--shards", std::to_string(o.n_shard));
  words.insert(words.end(), o.effort_words.begin(), o.effort_words.end());
  return words;
}

}  // namespace crbrt::make
