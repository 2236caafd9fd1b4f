// SPDX-License-Identifier: Apache-2.0
// crbrt-train: from a configuration and a data set of crbrt-simulate to a model file.
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/file_lock.h"
#include "base/model_file.h"
#include "base/number_text.h"
#include "tools/cli/command_line.h"
#include "trainer/blas.h"
#include "trainer/finished_model.h"
#include "trainer/forward/forward_config.h"
#include "trainer/forward/forward_program.h"
#include "trainer/history.h"
#include "trainer/measured_limits.h"
#include "trainer/train.h"

namespace {

using namespace crbrt;
namespace fs = std::filesystem;

volatile std::sig_atomic_t stop_requested = 0;

void request_stop(int) { stop_requested = 1; }

struct CommandLine {
  std::string config, out, folder, start, start_model, teacher, estimator, limits_of;
  std::vector<std::string> datasets, phase_datasets;
  bool resume = false;
  int threads = 1;
};

/// False when the program is done (--help).
bool read_command_line(int argc, char** argv, CommandLine& line) {
  cli::CommandLine app(
      "Trains an estimator, or with \"task\": \"forward\" in the configuration a forward model. SIGINT and SIGTERM finish the "
      "epoch and write a checkpoint (exit code 8, no model yet);\n"
      "--resume then gives the same model, bit for bit, as a run that was never stopped.",
      "crbrt-train",
      {{{"A training", "crbrt-train --config config.json --dataset training.h5 --out model.crbm --threads 4"},
        {"The same training after an interruption",
         "crbrt-train --config config.json --dataset training.h5 --out model.crbm --resume"}}});
  app.exit_code(base::exit_interrupted, "interrupted in training, with a checkpoint; --resume goes on");
  app.exit_code(base::exit_diverged, "the training diverged; there is no model");
  app.exit_code(cli::exit_signal, "interrupted by SIGINT or SIGTERM before the training began");
  app.option("--config FILE", line.config, "configuration (JSON, docs/training.md)");
  app.option("--dataset FILE", line.datasets, "data set of crbrt-simulate (.h5); repeat for shards").required();
  app.option("--out FILE", line.out, "the model (.crbm)").required();
  app.option("--checkpoint FOLDER", line.folder, "folder of checkpoint, loss.csv and loss.png (default: OUT.training)");
  app.flag("--resume", line.resume, "continue from the checkpoint");
  const cli::Option start = app.option(
      "--start FILE", line.start, "checkpoint.pt of another training whose weights are the first ones (ignored by --resume)");
  app.option("--start-model FILE", line.start_model,
             "model (.crbm) whose weights are the first ones and whose standardisation is kept (for --resume, too)")
      .excludes(start);
  app.option("--teacher FILE", line.teacher, "model (.crbm) that the configuration's distillation names");
  app.option(
      "--phase-dataset FILE", line.phase_datasets,
      "of a forward model with a table: tissues at the same off-resonances (crbrt-simulate --off-resonances); repeatable");
  app.option("--estimator FILE", line.estimator,
             "of a forward model: the estimator (.crbm) beside which it is written to OUT; without, it is written alone");
  app.option(
         "--limits-of FILE", line.limits_of,
         "no training: measure the limits of the standard deviations and the thresholds of the atypicality of this finished "
         "model on the data set, and write it with them")
      .excludes(start);
  app.option("--threads N", line.threads, "of LibTorch").in_range(1, 1024).show_default();
  if (!app.parse(argc, argv)) return false;
  if (line.config.empty() == line.limits_of.empty())
    throw base::UsageError("expected either --config FILE or --limits-of FILE, found " +
                           std::string(line.config.empty() ? "neither" : "both"));
  if (line.folder.empty()) line.folder = fs::path(line.out).replace_extension(".training").string();
  return true;
}

/// Null where the configuration wants none.
std::unique_ptr<trainer::Teacher> teacher_of(const CommandLine& line, const trainer::Config& config,
                                             const physics::Dataset& dataset) {
  const std::string& wanted = config.distillation.teacher;
  if (wanted.empty() != line.teacher.empty())
    throw base::UsageError(wanted.empty() ? "--teacher: " + line.config + " has no distillation"
                                          : line.config + " wants --teacher, the model " + wanted);
  if (wanted.empty()) return nullptr;
  return std::make_unique<trainer::Teacher>(line.teacher, config, static_cast<std::size_t>(dataset.coefficients.rows()),
                                            physics::identity_of(dataset.basis));
}

void make_folder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw base::OutputError(folder, error.message());
}

void write_model(const std::string& path, const std::vector<std::uint8_t>& bytes) {
  base::write_text_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void print_data(const trainer::TrainingData& data) {
  std::fprintf(stderr, "%zu fingerprints to train on, %zu held out, %zu dropped (no signal or no finite bound), SNR %g to %g\n",
               data.training.n, data.validation.n, data.n_dropped, data.snr.minimum, data.snr.maximum);
}

int train_forward(const CommandLine& line) {
  if (!line.start_model.empty() || !line.teacher.empty())
    throw base::UsageError("--start-model and --teacher go with estimators: " + line.config + " is of a forward model");
  trainer::ForwardFiles files{line.config, line.datasets, line.phase_datasets, line.estimator,
                              line.out,    line.folder,   line.start};
  make_folder(line.folder);
  const base::FileLock lock(fs::path(line.folder) / ".lock");
  if (lock.outcome() == base::FileLock::Outcome::taken)
    throw base::OutputError(line.folder, "another training is at work there");
  std::signal(SIGINT, request_stop);
  std::signal(SIGTERM, request_stop);
  return trainer::run_forward_training(files, line.resume, line.threads, [] { return stop_requested != 0; });
}

/// The same network with limits that were measured anew, and what they are for people.
int measure_limits_of(const CommandLine& line) {
  const physics::Dataset dataset = physics::read_dataset(line.datasets);
  ModelFile file = base::load_network(line.limits_of);
  trainer::measure_limits(file, line.limits_of, dataset, line.datasets.front());
  write_model(line.out, crbm_image(file));
  for (const NetworkOutput& output : file.network.outputs)
    base::print_lines(output.name + ": standard deviations from " + base::number_text(output.std_minimum, "%.4g") + " to " +
                      base::number_text(output.std_maximum, "%.4g") + " " + output.unit + "\n");
  return base::exit_ok;
}

int train(int argc, char** argv) {
  CommandLine line;
  if (!read_command_line(argc, argv, line)) return base::exit_ok;
  if (!line.limits_of.empty()) return measure_limits_of(line);
  trainer::restart_with_kernels_of_cpu(argv);
  trainer::keep_blas_single_threaded();
  if (trainer::is_forward_config(line.config)) return train_forward(line);
  if (!line.phase_datasets.empty() || !line.estimator.empty())
    throw base::UsageError("--phase-dataset and --estimator go with forward models: " + line.config + " is of an estimator");
  const trainer::Config given = trainer::read_config(line.config);
  const physics::Dataset dataset = physics::read_dataset(line.datasets);
  const trainer::Config config = trainer::for_data(given, dataset);
  const trainer::TrainingData data = trainer::prepare_data(dataset, config, line.datasets.front());
  const auto teacher = teacher_of(line, config, dataset);
  std::optional<trainer::StartModel> start_model;
  if (!line.start_model.empty())
    start_model = trainer::read_start_model(line.start_model, config, physics::identity_of(dataset.basis));
  print_data(data);
  make_folder(line.folder);
  const base::FileLock lock(fs::path(line.folder) / ".lock");
  if (lock.outcome() == base::FileLock::Outcome::taken)
    throw base::OutputError(line.folder, "another training is at work there");
  std::signal(SIGINT, request_stop);
  std::signal(SIGTERM, request_stop);
  trainer::Console console(config);
  trainer::TrainOptions options;
  options.checkpoint_path = line.folder + "/checkpoint.pt";
  options.resume = line.resume;
  options.start_path = line.start;
  options.start_model = start_model ? &*start_model : nullptr;
  options.teacher = teacher.get();
  options.n_thread = line.threads;
  options.stop_requested = [] { return stop_requested != 0; };
  options.progress = [&](std::size_t epoch, const trainer::HistoryRow& row) { console.show(epoch, row); };
  const trainer::TrainResult result = trainer::train(config, data, options);
  trainer::write_history_csv(line.folder + "/loss.csv", config, result.network.history);
  trainer::draw_history(line.folder, config);
  if (!result.finished) {
    std::fprintf(stderr, "\ncrbrt-train: stopped after epoch %zu of %zu; --resume continues\n", result.network.epochs,
                 config.epochs);
    return base::exit_interrupted;
  }
  write_model(line.out, trainer::export_model(config, dataset, data, result.network));
  const trainer::TrainedNetwork& network = result.network;
  const bool is_integer = config.quantization.is_on();
  const std::string as_numbers = base::number_text(network.crb_loss, "%.4f");
  base::print_lines(line.out + ": CRB loss " + (is_integer ? base::number_text(network.integer_crb_loss, "%.4f") : as_numbers) +
                    " on held-out fingerprints" +
                    (is_integer ? ", in integers; the same weights as real numbers " + as_numbers : "") + "\n");
  return base::exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return base::run_main("crbrt-train", train, argc, argv); }
