// SPDX-License-Identifier: Apache-2.0
// crbrt-eval: a model against the Cramér-Rao bound, measured with the kernels that map brains. Everything is measured in one
// run on one data set.
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/model_file.h"
#include "base/warnings.h"
#include "crbrt/loader.hpp"
#include "physics/basis.h"
#include "physics/io/sequence_io.h"
#include "physics/nlls/fit_range.h"
#include "tools/cli/command_line.h"
#include "tools/eval/options.h"
#include "tools/eval/report.h"
#include "tools/eval/verdict_run.h"
#include "tools/evaluation/targets.h"

namespace crbrt::evaluation {
namespace {

void check_agreement(const std::string& path, const ModelInfo& info, const physics::Dataset& dataset) {
  if (info.n_coeff != static_cast<std::uint32_t>(dataset.coefficients.rows()))
    throw base::DisagreementError(path, "rank " + std::to_string(dataset.coefficients.rows()) + " as in the data set",
                                  "rank " + std::to_string(info.n_coeff));
  if (info.sequence_sha256 != dataset.sequence_sha256)
    throw base::DisagreementError(path,
                                  "sequence " + dataset.sequence_name + " (" + dataset.sequence_sha256 + ") as in the data set",
                                  info.sequence_name + " (" + info.sequence_sha256 + ")");
  if (!is_same(physics::identity_of_model(info), physics::identity_of(dataset.basis)))
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

std::optional<physics::Prior> read_own_prior(const CommandLine& line, const physics::Dataset& dataset) {
  if (line.prior.empty()) return std::nullopt;
  return physics::read_prior(line.prior, dataset.tr_s);
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
                                  const std::optional<physics::Sequence>& sequence,
                                  const std::optional<physics::Prior>& prior) {
  if (line.nlls.count == 0) return std::nullopt;
  return compare_nlls(model.program(), dataset, *sequence, prior ? *prior : physics::paper_fit_prior(dataset.tr_s), line.nlls,
                      line.model);
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

/// What the pulse train says without a model.
int measure_encoding(const CommandLine& line, const physics::Dataset& dataset, const std::string& command) {
  const Targets targets =
      targets_of(line.verdict.outputs, dataset, fingerprint_count(dataset, line.options), line.datasets.front());
  const auto sequence = read_own_sequence(line, dataset);
  const auto prior = read_own_prior(line, dataset);
  return give_verdict(line.verdict,
                      evidence_of(dataset, targets, line.options, sequence ? &*sequence : nullptr, prior ? &*prior : nullptr),
                      command);
}

int measure_model(const CommandLine& line, const physics::Dataset& dataset, const std::string& command) {
  const Model model = base::load_model(line.model);
  check_agreement(line.model, model.info(), dataset);
  expect_bounds(model.program(), dataset, line.model, line.datasets.front());
  const auto sequence = read_own_sequence(line, dataset);
  const auto prior = read_own_prior(line, dataset);
  const auto others = read_others(line, dataset);

  const Options& options = line.options;
  Measurement measurement{evaluate(model.program(), dataset, options, line.model), {}, {}, {}, {}, {}};
  if (model.program().atypicality != nullptr)
    measurement.atypicality = measure_atypicality(
        model.program(), dataset, others, {fingerprint_count(dataset, options), options.detail_snr, options.seed, options.isa});
  measurement.grids = grids_of(line, model, dataset, sequence);
  measurement.nlls = nlls_of(line, model, dataset, sequence, prior);
  measurement.floor = floor_of(line, model, dataset);

  const Targets targets = targets_of(model.program(), dataset, fingerprint_count(dataset, options), line.model);
  const bool is_judged = line.verdict.is_asked();
  verdict::Evidence evidence =
      evidence_of(dataset, targets, options, sequence && is_judged ? &*sequence : nullptr, prior ? &*prior : nullptr);
  evidence.model = model_evidence(model, measurement, own_loss(line.verdict, model, dataset, options, line.model));
  measurement.cautions = cautions(evidence);
  const auto origin = origin_of(model, dataset, command);
  base::print_lines(table(measurement, options, origin));
  if (!line.json.empty()) base::write_text_file(line.json, json(measurement, options, origin));
  return is_judged ? give_verdict(line.verdict, evidence, command) : base::exit_ok;
}

int run(int argc, char** argv) {
  std::optional<CommandLine> line = read_command_line(argc, argv);
  if (!line) return base::exit_ok;
  const physics::Dataset dataset = physics::read_dataset(line->datasets, line->snr);
  if (line->options.count > dataset.size())
    throw base::InputError(line->datasets.front(), "at least " + std::to_string(line->options.count) + " fingerprints",
                           std::to_string(dataset.size()));
  if (line->verdict.is_asked()) {
    look_within_range(line->options, dataset);
    line->nlls.snr = line->options.detail_snr;
  }
  const std::string command = cli::command_text(argc, argv);
  return line->model.empty() ? measure_encoding(*line, dataset, command) : measure_model(*line, dataset, command);
}

}  // namespace
}  // namespace crbrt::evaluation

int main(int argc, char** argv) { return crbrt::base::run_main("crbrt-eval", crbrt::evaluation::run, argc, argv); }
