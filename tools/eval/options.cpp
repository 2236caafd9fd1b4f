// SPDX-License-Identifier: Apache-2.0
// Options in the order of --help, and the checks that concern several of them.
#include "tools/eval/options.h"

#include "base/error.h"
#include "base/files_of_run.h"
#include "tools/cli/command_line.h"
#include "tools/cli/isa_option.h"

namespace crbrt::evaluation {
namespace {

void add_measurement_options(cli::Command& app, CommandLine& line, std::string& isa) {
  Options& options = line.options;
  app.option("--count N", options.count, "fingerprints from the front of the data set (default: all)").positive();
  app.option("--draws N", options.draws, "draws of |M0|, phase and noise per fingerprint for the loss")
      .positive()
      .show_default();
  app.option("--realisations N", options.realisations, "noise realisations per fingerprint and SNR for the split")
      .in_range(2, 1000000)
      .show_default();
  app.option("--snr RATIO", options.snrs, "SNRs of the split into bias and variance and of the coverage")
      .separated_by(',')
      .positive()
      .show_default();
  app.option("--detail-snr RATIO", options.detail_snr, "SNR of histograms, grids, ROC curves and --nlls")
      .positive()
      .show_default();
  app.option("--seed N", options.seed, "of the noise").show_default();
  app.option("--isa ISA", isa, cli::isa_help()).show_default();
  app.option("--threads N", options.threads, "worker threads").in_range(1, 1024).show_default();
}

void add_extra_options(cli::Command& app, CommandLine& line) {
  app.option("--against NAME=FILE", line.against,
             "NAME=FILE.h5: a data set of the same rank whose voxels the atypicality should tell from ours; repeatable");
  app.option("--sequence FILE", line.sequence, "of the data set (.json, .mat): also measure on the grids of test set 2");
  app.option("--tr SECONDS", line.tr_s, "repetition time in s, for a sequence file without one").positive();
  app.option("--grid-cache FILE", line.grid_cache, "where the simulated grids are kept (.h5); read if it exists");
  app.option("--nlls N", line.nlls.count, "fit so many fingerprints by least squares too (needs --sequence)").positive();
  app.option("--nlls-realisations N", line.nlls.realisations, "noise realisations of each of them")
      .in_range(2, 10000)
      .show_default();
  app.option("--floor-prior FILE", line.floor_prior,
             "data set of the same prior, sequence and basis, with other fingerprints (.h5; the training set): bounds the\n"
             "loss that no estimator can go below; repeat for shards");
  app.option("--floor-count N", line.floor.count, "fingerprints from the front of the data set for the floor")
      .positive()
      .show_default();
  app.option("--prior FILE", line.prior,
             "prior of --nlls (.json; default: models/priors/paper.json), and of the classes of a verdict");
  add_verdict_options(app, line.verdict);
}

}  // namespace

std::optional<CommandLine> read_command_line(int argc, char** argv) {
  CommandLine line;
  std::string isa = "auto";
  cli::CommandLine app(
      "Measures a model against the Cramér-Rao bound on a data set: CRB loss at random SNR; bias^2/CRB and variance/CRB at\n"
      "fixed SNRs (an efficient unbiased estimator has loss 1, bias 0 and variance 1); coverage of predicted standard\n"
      "deviations; ROC curves of the atypicality; bias and standard deviation on grids; least squares for comparison.",
      "crbrt-eval",
      {{{"The loss of a model on held-out fingerprints",
         "crbrt-eval --model brain_v2.crbm --dataset test.h5 --json evaluation.json"},
        {"Whether it is fit, with bias on grids, error bars, and least squares on the same voxels",
         "crbrt-eval --model brain_v2.crbm --dataset test.h5 --sequence protocol.json --nlls 40 --verdict verdict.json"}}});
  app.exit_code(base::exit_not_fit, "done, and the model is not fit (--verdict), or the data lose too much (--encoding)");
  app.option("--model FILE", line.model, "model to measure (.crbm)");
  app.option("--dataset FILE", line.datasets,
             "data set of crbrt-simulate (.h5); repeat for shards. Of --tissues, with\n--basis: needs --snr-min and --snr-max")
      .required();
  app.option("--snr-min RATIO", line.snr.minimum, "|M0| / sigma of the loss, lower end (default: the data set's)").positive();
  app.option("--snr-max RATIO", line.snr.maximum, "|M0| / sigma of the loss, upper end (default: the data set's)").positive();
  app.option("--json FILE", line.json, "where the numbers go");
  add_measurement_options(app, line, isa);
  add_extra_options(app, line);
  if (!app.parse(argc, argv)) return std::nullopt;
  line.options.isa = cli::isa_option(isa);
  check_verdict_options(line.verdict, line.model);
  cli::expect_different("--dataset", line.datasets);
  cli::expect_different("--floor-prior", line.floor_prior);
  if (line.nlls.count > 0 && line.sequence.empty()) throw base::UsageError("--nlls needs the --sequence of the data set");
  std::vector<std::string> names;
  for (const std::string& other : line.against) {
    if (const auto at = other.find('='); at == 0 || at == std::string::npos || at + 1 == other.size())
      throw base::UsageError("--against: expected NAME=FILE.h5, found " + other);
    names.push_back(other.substr(0, other.find('=')));
  }
  cli::expect_different("--against", names);
  base::expect_different_outputs({{"--json", line.json},
                                  {"--grid-cache", line.grid_cache},
                                  {"--verdict", line.verdict.verdict},
                                  {"--encoding", line.verdict.encoding}});
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
