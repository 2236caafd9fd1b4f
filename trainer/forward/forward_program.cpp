// SPDX-License-Identifier: Apache-2.0
#include "trainer/forward/forward_program.h"

#include <cstdio>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/model_file.h"
#include "base/number_text.h"
#include "trainer/forward/forward_train.h"
#include "trainer/forward/phase_basis.h"

namespace crbrt::trainer {
namespace {

/// Derivatives of so many fingerprints are half of all memory, and nobody needs them after the directions are known.
ForwardData read_data(const ForwardFiles& files, const ForwardConfig& config, physics::Dataset& dataset) {
  dataset = physics::read_dataset(files.datasets);
  physics::read_jacobian(files.datasets, dataset);
  ForwardData data = prepare_forward_data(dataset, config, files.datasets.front());
  dataset.jacobian.reset();
  std::fprintf(stderr, "%zu fingerprints to train on, %zu held out, %zu dropped (no signal or no finite bound)\n",
               data.training.n, data.validation.n, data.n_dropped);
  return data;
}

/// A list of tissues (crbrt-simulate --tissues) will do, too, which has no range of SNR; none is needed.
std::vector<float> read_table(const ForwardFiles& files, const ForwardConfig& config, const physics::Dataset& dataset) {
  if (config.table.has_value() == files.phase_datasets.empty())
    throw base::UsageError(config.table ? files.config + " has a table, which is made of --phase-dataset"
                                        : "--phase-dataset: " + files.config + " has no table");
  if (!config.table) return {};
  PhaseBasis basis(dataset, config);
  for (const std::string& path : files.phase_datasets)
    basis.add(physics::read_dataset({path}, {.minimum = 1, .maximum = 1}), path);
  return basis.table(files.phase_datasets.back());
}

/// Throws base::DisagreementError naming `of` where the estimator is of another sequence or basis.
ModelFile joined(const std::string& estimator, const ModelFile& forward, const std::string& of) {
  ModelFile file = base::load_network(estimator);
  const LoadResult result = add_forward(forward, file);
  if (result.status != Status::ok) throw base::DisagreementError(of, "the sequence and basis of " + estimator, result.detail);
  return file;
}

/// Before hours of work.
void check_estimator(const ForwardFiles& files, const physics::Dataset& dataset) {
  if (files.estimator.empty()) return;
  ModelFile probe;
  probe.info.sequence_sha256 = dataset.sequence_sha256;
  probe.info.basis_sha256 = dataset.basis_sha256;
  probe.info.basis_sha256_single = sha256_single_of(dataset.basis);
  probe.info.n_coeff = static_cast<std::uint32_t>(dataset.coefficients.rows());
  probe.forward.emplace();
  joined(files.estimator, probe, files.datasets.front());
}

std::string error_text(const ForwardError& error) {
  return base::number_text(error.rms, "%.3f") + " rms, " + base::number_text(error.median, "%.3f") + " median, " +
         base::number_text(error.q99, "%.3f") + " in 99 %\n";
}

void print_errors(const std::string& out, const TrainedForward& trained) {
  std::string text = out + ": error of held-out fingerprints at SNR 100\n";
  for (const ForwardError& error : trained.errors) text += "  " + error.name + " in sqrt(CRB): " + error_text(error);
  for (const ForwardError& error : trained.derivatives)
    text += "  derivatives along " + error.name + ", in sqrt(CRB) of a fit: " + error_text(error);
  text += "  residual in standard deviations of the noise: " + error_text(trained.residual);
  base::print_lines(text);
}

}  // namespace

int run_forward_training(const ForwardFiles& files, bool resume, int n_thread, const std::function<bool()>& stop_requested) {
  const ForwardConfig config = read_forward_config(files.config);
  physics::Dataset dataset;
  const ForwardData data = read_data(files, config, dataset);
  check_estimator(files, dataset);
  Console console(config.common);
  ForwardOptions options;
  options.checkpoint_path = files.folder + "/checkpoint.pt";
  options.resume = resume;
  options.start_path = files.start;
  options.n_thread = n_thread;
  options.table = read_table(files, config, dataset);
  options.stop_requested = stop_requested;
  options.progress = [&](std::size_t epoch, const HistoryRow& row) { console.show(epoch, row); };
  const TrainedForward trained = train_forward(config, data, options);
  write_history_csv(files.folder + "/loss.csv", config.common, trained.history);
  draw_history(files.folder, config.common);
  if (!trained.finished) {
    std::fprintf(stderr, "\ncrbrt-train: stopped after epoch %zu of %zu; --resume continues\n", trained.epochs,
                 config.common.epochs);
    return base::exit_interrupted;
  }
  const ModelFile alone = export_forward(config, dataset, data, trained);
  const std::vector<std::uint8_t> bytes =
      crbm_image(files.estimator.empty() ? alone : joined(files.estimator, alone, files.datasets.front()));
  base::write_text_file(files.out, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  print_errors(files.out, trained);
  return base::exit_ok;
}

}  // namespace crbrt::trainer
