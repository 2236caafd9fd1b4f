// crbrt-eval: how far a model is from the Cramér-Rao bound, measured with the kernels that map brains.
#include <cstdio>

#include "crbrt/loader.hpp"
#include "tools/cli/atomic_output.h"
#include "tools/cli/command_line.h"
#include "tools/cli/error.h"
#include "tools/cli/model_file.h"
#include "tools/eval/evaluate.h"
#include "tools/eval/report.h"

namespace {

using namespace crbrt;

struct CommandLine {
  std::string model, json, isa = "auto";
  std::vector<std::string> datasets;
  evaluation::Options options;
};

/// False when the program is done (--help).
bool read_command_line(int argc, char** argv, CommandLine& line) {
  CLI::App app(
      "Measures a model against the Cramér-Rao bound on a data set: CRB loss at random SNR, and bias^2/CRB and\n"
      "variance/CRB at fixed SNRs. An efficient unbiased estimator has loss 1, bias 0 and variance 1.",
      "crbrt-eval");
  cli::add_common_options(app);
  app.add_option("--model", line.model, "model to measure (.crbm)")->required();
  app.add_option("--dataset", line.datasets, "data set of crbrt-simulate (.h5); repeat for shards")->required();
  app.add_option("--json", line.json, "where the numbers go");
  app.add_option("--count", line.options.count, "fingerprints from the front of the data set (default: all)")
      ->check(CLI::PositiveNumber);
  app.add_option("--draws", line.options.draws, "draws of |M0|, phase and noise per fingerprint for the loss")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--realisations", line.options.realisations, "noise realisations per fingerprint and SNR for the split")
      ->check(CLI::Range(2, 1000000))
      ->capture_default_str();
  app.add_option("--snr", line.options.snrs, "SNRs of the split")
      ->delimiter(',')
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seed", line.options.seed, "of the noise")->capture_default_str();
  app.add_option("--isa", line.isa, "force an instruction set: auto, scalar, sse4.2, avx2")->capture_default_str();
  app.add_option("--threads", line.options.threads, "worker threads")->check(CLI::Range(1, 1024))->capture_default_str();
  if (!cli::parse(app, argc, argv)) return false;
  if (!isa_from_name(line.isa.c_str(), line.options.isa))
    throw cli::UsageError("--isa: expected auto, scalar, sse4.2 or avx2, found " + line.isa);
  return true;
}

void check_agreement(const std::string& path, const ModelInfo& info, const physics::Dataset& dataset) {
  if (info.n_coeff != static_cast<std::uint32_t>(dataset.coefficients.rows()))
    throw cli::DisagreementError(path, "rank " + std::to_string(dataset.coefficients.rows()) + " as in the data set",
                                 "rank " + std::to_string(info.n_coeff));
  if (info.sequence_sha256 != dataset.sequence_sha256)
    throw cli::DisagreementError(path,
                                 "sequence " + dataset.sequence_name + " (" + dataset.sequence_sha256 + ") as in the data set",
                                 info.sequence_name + " (" + info.sequence_sha256 + ")");
  if (info.basis_sha256 != dataset.basis_sha256)
    throw cli::DisagreementError(path, "basis " + dataset.basis_sha256 + " as in the data set", info.basis_sha256);
}

int evaluate(int argc, char** argv) {
  CommandLine line;
  if (!read_command_line(argc, argv, line)) return cli::exit_ok;
  const Model model = cli::load_model(line.model);
  const physics::Dataset dataset = physics::read_dataset(line.datasets);
  check_agreement(line.model, model.info(), dataset);
  if (line.options.count > dataset.size())
    throw cli::InputError(line.datasets.front(), "at least " + std::to_string(line.options.count) + " fingerprints",
                          std::to_string(dataset.size()));
  const auto result = evaluation::evaluate(model.program(), dataset, line.options, line.model);
  const evaluation::Origin origin{.model_name = model.info().name,
                                  .model_sha256 = model.info().content_sha256,
                                  .sequence_name = dataset.sequence_name,
                                  .command = cli::command_text(argc, argv),
                                  .macs_per_voxel = model.program().macs_per_voxel,
                                  .snr_min = dataset.snr_min,
                                  .snr_max = dataset.snr_max};
  std::fputs(evaluation::table(result, origin).c_str(), stdout);
  if (!line.json.empty()) cli::write_text_file(line.json, evaluation::json(result, line.options, origin));
  return cli::exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return cli::run_main("crbrt-eval", evaluate, argc, argv); }
