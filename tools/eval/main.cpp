// crbrt-eval: a model against the Cramér-Rao bound, measured with the kernels that map brains. Everything is measured in one
// run on one data set.
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/files_of_run.h"
#include "base/model_file.h"
#include "base/warnings.h"
#include "crbrt/loader.hpp"
#include "physics/basis.h"
#include "physics/io/sequence_io.h"
#include "physics/nlls/fit_range.h"
#include "tools/cli/command_line.h"
#include "tools/cli/isa_option.h"
#include "tools/eval/report.h"
#include "tools/evaluation/targets.h"

namespace crbrt::evaluation {
namespace {

struct CommandLine {
  std::string model, json;
  std::vector<std::string> datasets;
  physics::SnrLimits snr;
  Options options;
  std::vector<std::string> against;  ///< NAME=FILE.h5
  std::string sequence;              ///< asks for the grids; empty: none
  std::optional<double> tr_s;
  std::string grid_cache;
  std::string prior;                     ///< of --nlls; empty: that of [paper]
  NllsOptions nlls{.count = 0};          ///< count 0: none
  std::vector<std::string> floor_prior;  ///< data sets that sample the prior; asks for the floor
  FloorOptions floor;
};

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
  app.option("--prior FILE", line.prior, "prior of --nlls (.json; default: models/priors/paper.json)");
}

/// Empty when --help or --version was printed. Throws base::UsageError.
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
        {"The same with bias and standard deviation on grids",
         "crbrt-eval --model brain_v2.crbm --dataset test.h5 --sequence protocol.json --grid-cache grids.h5 --threads 4"}}});
  app.option("--model FILE", line.model, "model to measure (.crbm)").required();
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
  base::expect_different_outputs({{"--json", line.json}, {"--grid-cache", line.grid_cache}});
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

void check_agreement(const std::string& path, const ModelInfo& info, const physics::Dataset& dataset) {
  if (info.n_coeff != static_cast<std::uint32_t>(dataset.coefficients.rows()))
    throw base::DisagreementError(path, "rank " + std::to_string(dataset.coefficients.rows()) + " as in the data set",
                                  "rank " + std::to_string(info.n_coeff));
  if (info.sequence_sha256 != dataset.sequence_sha256)
    throw base::DisagreementError(path,
                                  "sequence " + dataset.sequence_name + " (" + dataset.sequence_sha256 + ") as in the data set",
                                  info.sequence_name + " (" + info.sequence_sha256 + ")");
  if (info.basis_sha256 != dataset.basis_sha256)
    throw base::DisagreementError(path, "basis " + dataset.basis_sha256 + " as in the data set", info.basis_sha256);
}

std::optional<physics::Sequence> read_own_sequence(const CommandLine& line, const physics::Dataset& dataset) {
  if (line.sequence.empty()) return std::nullopt;
  if (dataset.foreign)
    throw base::UsageError("--sequence: " + line.datasets.front() + " holds fingerprints of another simulator (" +
                           dataset.sequence_name + "), which is not here to simulate grids or fits");
  physics::Sequence sequence = physics::read_sequence(line.sequence, line.tr_s);
  if (const std::string found = physics::sha256_of(sequence); found != dataset.sequence_sha256)
    throw base::DisagreementError(line.sequence, "the sequence of the data set, " + dataset.sequence_sha256, found);
  return sequence;
}

std::vector<OtherSet> read_others(const CommandLine& line, const physics::Dataset& dataset) {
  std::vector<OtherSet> others;
  for (const std::string& other : line.against) {
    const std::size_t at = other.find('=');
    const std::string path = other.substr(at + 1);
    physics::Dataset set = physics::read_dataset({path}, line.snr);
    if (set.coefficients.rows() != dataset.coefficients.rows())
      throw base::DisagreementError(path, "rank " + std::to_string(dataset.coefficients.rows()) + " as in the data set",
                                    "rank " + std::to_string(set.coefficients.rows()));
    others.push_back({other.substr(0, at), std::move(set.coefficients)});
  }
  return others;
}

std::vector<GridResult> grids_of(const CommandLine& line, const Model& model, const physics::Dataset& dataset,
                                 const std::optional<physics::Sequence>& sequence) {
  if (!sequence && line.grid_cache.empty()) return {};
  if (dataset.foreign) throw base::UsageError("--grid-cache: " + line.datasets.front() + " is of another simulator");
  if (!dataset.unknowns.is_whole()) {
    base::Warnings("crbrt-eval").add(line.datasets.front() + ": its prior fixes parameters that the grids vary: no grids");
    return {};
  }
  const auto grids = paper_grids();
  const physics::Dataset set =
      cached_grids(line.grid_cache, grids, sequence ? &*sequence : nullptr, dataset, line.options.threads);
  expect_bounds(model.program(), set, line.model, line.grid_cache);  // a cache may be older than the data set
  return measure_grids(model.program(), grids, set, line.options, line.model);
}

std::optional<NllsResult> nlls_of(const CommandLine& line, const Model& model, const physics::Dataset& dataset,
                                  const std::optional<physics::Sequence>& sequence) {
  if (line.nlls.count == 0) return std::nullopt;
  const physics::Prior prior =
      line.prior.empty() ? physics::paper_fit_prior(dataset.tr_s) : physics::read_prior(line.prior, dataset.tr_s);
  return compare_nlls(model.program(), dataset, *sequence, prior, line.nlls, line.model);
}

std::optional<Floor> floor_of(const CommandLine& line, const Model& model, const physics::Dataset& dataset) {
  if (line.floor_prior.empty()) return std::nullopt;
  const physics::Dataset prior = physics::read_dataset(line.floor_prior, line.snr);
  check_agreement(line.model, model.info(), prior);
  expect_bounds(model.program(), prior, line.model, line.floor_prior.front());
  return measure_floor(model.program(), dataset, prior, line.floor, line.model);
}

Origin origin_of(const Model& model, const physics::Dataset& dataset, const std::string& command) {
  const ModelInfo& info = model.info();
  return {.model_name = info.name,
          .model_sha256 = info.content_sha256,
          .loss_kind = info.loss_kind,
          .epochs = info.epochs,
          .n_train = info.n_train,
          .sequence_name = dataset.sequence_name,
          .sequence_sha256 = dataset.sequence_sha256,
          .basis_sha256 = dataset.basis_sha256,
          .dataset_provenance = dataset.provenance,
          .command = command,
          .macs_per_voxel = model.program().macs_per_voxel,
          .snr_min = dataset.snr_min,
          .snr_max = dataset.snr_max,
          .trained_snr_min = info.snr_min,
          .trained_snr_max = info.snr_max};
}

int run(int argc, char** argv) {
  const std::optional<CommandLine> line = read_command_line(argc, argv);
  if (!line) return base::exit_ok;
  const Model model = base::load_model(line->model);
  const physics::Dataset dataset = physics::read_dataset(line->datasets, line->snr);
  check_agreement(line->model, model.info(), dataset);
  expect_bounds(model.program(), dataset, line->model, line->datasets.front());
  if (line->options.count > dataset.size())
    throw base::InputError(line->datasets.front(), "at least " + std::to_string(line->options.count) + " fingerprints",
                           std::to_string(dataset.size()));
  const auto sequence = read_own_sequence(*line, dataset);
  const auto others = read_others(*line, dataset);

  const Options& options = line->options;
  Measurement measurement{evaluate(model.program(), dataset, options, line->model), {}, {}, {}, {}};
  if (model.program().atypicality != nullptr)
    measurement.atypicality = measure_atypicality(
        model.program(), dataset, others, {fingerprint_count(dataset, options), options.detail_snr, options.seed, options.isa});
  measurement.grids = grids_of(*line, model, dataset, sequence);
  measurement.nlls = nlls_of(*line, model, dataset, sequence);
  measurement.floor = floor_of(*line, model, dataset);

  const auto origin = origin_of(model, dataset, cli::command_text(argc, argv));
  base::print_lines(table(measurement, options, origin));
  if (!line->json.empty()) base::write_text_file(line->json, json(measurement, options, origin));
  return base::exit_ok;
}

}  // namespace
}  // namespace crbrt::evaluation

int main(int argc, char** argv) { return crbrt::base::run_main("crbrt-eval", crbrt::evaluation::run, argc, argv); }
