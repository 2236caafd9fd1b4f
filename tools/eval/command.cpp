// Flat options: everything is measured in one run on one data set.
#include "tools/eval/command.h"

#include "base/error.h"
#include "tools/cli/command_line.h"
#include "tools/cli/isa_option.h"

namespace crbrt::evaluation {
namespace {

void add_measurement_options(cli::Command& app, CommandLine& line, std::string& isa) {
  Options& options = line.options;
  app.option("--count", options.count, "fingerprints from the front of the data set (default: all)").positive();
  app.option("--draws", options.draws, "draws of |M0|, phase and noise per fingerprint for the loss").positive().show_default();
  app.option("--realisations", options.realisations, "noise realisations per fingerprint and SNR for the split")
      .in_range(2, 1000000)
      .show_default();
  app.option("--snr", options.snrs, "SNRs of the split into bias and variance and of the coverage")
      .separated_by(',')
      .positive()
      .show_default();
  app.option("--detail-snr", options.detail_snr, "SNR of histograms, grids, ROC curves and --nlls").positive().show_default();
  app.option("--seed", options.seed, "of the noise").show_default();
  app.option("--isa", isa, cli::isa_help()).show_default();
  app.option("--threads", options.threads, "worker threads").in_range(1, 1024).show_default();
}

void add_extra_options(cli::Command& app, CommandLine& line) {
  app.option("--against", line.against,
             "NAME=FILE.h5: a data set of the same rank whose voxels the atypicality should tell from ours; repeatable");
  app.option("--sequence", line.sequence, "of the data set (.json, .mat): also measure on the grids of test set 2");
  app.option("--tr", line.tr_s, "repetition time in s, for a sequence file without one").positive();
  app.option("--grid-cache", line.grid_cache, "where the simulated grids are kept (.h5); read if it exists");
  app.option("--nlls", line.nlls.count, "fit so many fingerprints by least squares too (needs --sequence)").positive();
  app.option("--nlls-realisations", line.nlls.realisations, "noise realisations of each of them")
      .in_range(2, 10000)
      .show_default();
  app.option("--floor-prior", line.floor_prior,
             "data set of the same prior, sequence and basis, with other fingerprints (.h5; the training set): bounds the\n"
             "loss that no estimator can go below; repeat for shards");
  app.option("--floor-count", line.floor.count, "fingerprints from the front of the data set for the floor")
      .positive()
      .show_default();
  app.option("--prior", line.prior, "prior of --nlls (.json; default: models/priors/paper.json)");
}

}  // namespace

std::optional<CommandLine> read_command_line(int argc, char** argv) {
  CommandLine line;
  std::string isa = "auto";
  cli::CommandLine app(
      "Measures a model against the Cramér-Rao bound on a data set: CRB loss at random SNR; bias^2/CRB and variance/CRB at\n"
      "fixed SNRs (an efficient unbiased estimator has loss 1, bias 0 and variance 1); coverage of predicted standard\n"
      "deviations; ROC curves of the atypicality; bias and standard deviation on grids; least squares for comparison.",
      "crbrt-eval");
  app.option("--model", line.model, "model to measure (.crbm)").required();
  app.option("--dataset", line.datasets, "data set of crbrt-simulate (.h5); repeat for shards").required();
  app.option("--json", line.json, "where the numbers go");
  add_measurement_options(app, line, isa);
  add_extra_options(app, line);
  if (!app.parse(argc, argv)) return std::nullopt;
  line.options.isa = cli::isa_option(isa);
  if (line.nlls.count > 0 && line.sequence.empty()) throw base::UsageError("--nlls needs the --sequence of the data set");
  for (const std::string& other : line.against)
    if (const auto at = other.find('='); at == 0 || at == std::string::npos || at + 1 == other.size())
      throw base::UsageError("--against: expected NAME=FILE.h5, found " + other);
  line.floor.snrs = line.options.snrs;
  line.floor.seed = line.options.seed;
  line.floor.isa = line.options.isa;
  line.floor.threads = line.options.threads;
  line.nlls.snr = line.options.detail_snr;
  line.nlls.seed = line.options.seed;
  line.nlls.isa = line.options.isa;
  line.nlls.threads = line.options.threads;
  return line;
}

}  // namespace crbrt::evaluation
