// crbrt-eval: a model against the Cramér-Rao bound, measured with the kernels that map brains.
#include <cstdio>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/model_file.h"
#include "crbrt/loader.hpp"
#include "physics/basis.h"
#include "physics/io/sequence_io.h"
#include "physics/nlls/fit_range.h"
#include "tools/cli/command_line.h"
#include "tools/eval/command.h"
#include "tools/eval/report.h"
#include "tools/evaluation/targets.h"

namespace {

using namespace crbrt;
using evaluation::CommandLine;

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
  physics::Sequence sequence = physics::read_sequence(line.sequence, line.tr_s);
  if (const std::string found = physics::sha256_of(sequence); found != dataset.sequence_sha256)
    throw base::DisagreementError(line.sequence, "the sequence of the data set, " + dataset.sequence_sha256, found);
  return sequence;
}

std::vector<evaluation::OtherSet> read_others(const CommandLine& line, const physics::Dataset& dataset) {
  std::vector<evaluation::OtherSet> others;
  for (const std::string& other : line.against) {
    const std::size_t at = other.find('=');
    const std::string path = other.substr(at + 1);
    physics::Dataset set = physics::read_dataset({path});
    if (set.coefficients.rows() != dataset.coefficients.rows())
      throw base::DisagreementError(path, "rank " + std::to_string(dataset.coefficients.rows()) + " as in the data set",
                                    "rank " + std::to_string(set.coefficients.rows()));
    others.push_back({other.substr(0, at), std::move(set.coefficients)});
  }
  return others;
}

std::vector<evaluation::GridResult> measure_grids(const CommandLine& line, const Model& model, const physics::Dataset& dataset,
                                                  const std::optional<physics::Sequence>& sequence) {
  if (!sequence && line.grid_cache.empty()) return {};
  const auto grids = evaluation::paper_grids();
  const physics::Dataset set =
      evaluation::cached_grids(line.grid_cache, grids, sequence ? &*sequence : nullptr, dataset, line.options.threads);
  evaluation::expect_bounds(model.program(), set, line.model, line.grid_cache);  // a cache may be older than the data set
  return evaluation::measure_grids(model.program(), grids, set, line.options, line.model);
}

std::optional<evaluation::NllsResult> measure_nlls(const CommandLine& line, const Model& model, const physics::Dataset& dataset,
                                                   const std::optional<physics::Sequence>& sequence) {
  if (line.nlls.count == 0) return std::nullopt;
  const physics::Prior prior =
      line.prior.empty() ? physics::paper_fit_prior(dataset.tr_s) : physics::read_prior(line.prior, dataset.tr_s);
  return evaluation::compare_nlls(model.program(), dataset, *sequence, prior, line.nlls, line.model);
}

std::optional<evaluation::Floor> measure_floor(const CommandLine& line, const Model& model, const physics::Dataset& dataset) {
  if (line.floor_prior.empty()) return std::nullopt;
  const physics::Dataset prior = physics::read_dataset(line.floor_prior);
  check_agreement(line.model, model.info(), prior);
  evaluation::expect_bounds(model.program(), prior, line.model, line.floor_prior.front());
  return evaluation::measure_floor(model.program(), dataset, prior, line.floor, line.model);
}

evaluation::Origin origin_of(const Model& model, const physics::Dataset& dataset, const std::string& command) {
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

int evaluate(int argc, char** argv) {
  const std::optional<CommandLine> line = evaluation::read_command_line(argc, argv);
  if (!line) return base::exit_ok;
  const Model model = base::load_model(line->model);
  const physics::Dataset dataset = physics::read_dataset(line->datasets);
  check_agreement(line->model, model.info(), dataset);
  evaluation::expect_bounds(model.program(), dataset, line->model, line->datasets.front());
  if (line->options.count > dataset.size())
    throw base::InputError(line->datasets.front(), "at least " + std::to_string(line->options.count) + " fingerprints",
                           std::to_string(dataset.size()));
  const auto sequence = read_own_sequence(*line, dataset);
  const auto others = read_others(*line, dataset);

  const evaluation::Options& options = line->options;
  evaluation::Measurement measurement{evaluation::evaluate(model.program(), dataset, options, line->model), {}, {}, {}, {}};
  if (model.program().atypicality != nullptr)
    measurement.atypicality = evaluation::measure_atypicality(
        model.program(), dataset, others,
        {evaluation::fingerprint_count(dataset, options), options.detail_snr, options.seed, options.isa});
  measurement.grids = measure_grids(*line, model, dataset, sequence);
  measurement.nlls = measure_nlls(*line, model, dataset, sequence);
  measurement.floor = measure_floor(*line, model, dataset);

  const auto origin = origin_of(model, dataset, cli::command_text(argc, argv));
  std::fputs(evaluation::table(measurement, options, origin).c_str(), stdout);
  if (!line->json.empty()) base::write_text_file(line->json, evaluation::json(measurement, options, origin));
  return base::exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return base::run_main("crbrt-eval", evaluate, argc, argv); }
