// SPDX-License-Identifier: Apache-2.0
// Evidence is gathered here, judged in crbrt::verdict.
#include "tools/eval/verdict_run.h"

#include <algorithm>
#include <string_view>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/warnings.h"
#include "physics/basis.h"
#include "tools/evaluation/targets.h"

namespace crbrt::evaluation {
namespace {

constexpr std::size_t n_basis_fingerprint = 200;  // a median over them is known to a few percent
constexpr std::size_t n_own_fingerprint = 4000;   // as many as an evaluation has

verdict::Goals goals_for(const std::string& path, const verdict::Evidence& evidence) {
  if (path.empty()) return {};
  const base::GoalFile file = base::read_goal_file(path);
  if (file.trains.hold(evidence.sequence_sha256)) return verdict::read_goals(file, path);
  base::Warnings("crbrt-eval")
      .add(path + ": its goals are for " + file.trains.in_words() + ", not for " + evidence.sequence_name +
           ", which is judged by the defaults");
  return {};
}

}  // namespace

void add_verdict_options(cli::Command& app, VerdictOptions& options) {
  app.option("--verdict FILE", options.verdict,
             "says whether the model is fit, in words and in this file (.json); exit code 9 if it is not");
  app.option("--goals FILE", options.goals, "what it must reach (.json; default: what follows from bound and prior)");
  app.option("--trained-on FILE", options.trained_on,
             "the training set (.h5), for the gap to unseen fingerprints; repeat for shards");
  app.option("--encoding FILE", options.encoding,
             "without --model: what the pulse train says of --outputs before any training, in words and in this file (.json)");
  app.option("--outputs NAMES", options.outputs, "outputs of --encoding, separated by commas").separated_by(',');
}

void check_verdict_options(const VerdictOptions& options, const std::string& model) {
  if (model.empty() && options.encoding.empty())
    throw base::UsageError("give --model to measure a model, or --encoding and --outputs to measure a pulse train without one");
  if (!model.empty() && !options.encoding.empty())
    throw base::UsageError(
        "--encoding measures a pulse train without a model: leave out --model, whose --verdict says the same");
  if (options.encoding.empty() != options.outputs.empty()) throw base::UsageError("--encoding and --outputs belong together");
  if (!options.encoding.empty() && (!options.verdict.empty() || !options.trained_on.empty()))
    throw base::UsageError("--verdict and --trained-on are of a model, which --encoding is without");
  if (!options.goals.empty() && !options.is_asked()) throw base::UsageError("--goals needs --verdict or --encoding");
  cli::expect_different("--outputs", options.outputs);
  cli::expect_different("--trained-on", options.trained_on);
}

void look_within_range(Options& options, const physics::Dataset& dataset) {
  options.detail_snr = std::clamp(options.detail_snr, dataset.snr_min, dataset.snr_max);
  if (std::find(options.snrs.begin(), options.snrs.end(), options.detail_snr) == options.snrs.end())
    options.snrs.push_back(options.detail_snr);
}

verdict::Evidence evidence_of(const physics::Dataset& dataset, const Targets& targets, const Options& options,
                              const physics::Sequence* sequence, const physics::Prior* prior) {
  verdict::Evidence evidence{.sequence_name = dataset.sequence_name,
                             .sequence_sha256 = dataset.sequence_sha256,
                             .is_foreign = dataset.foreign.has_value(),
                             .snr = options.detail_snr,
                             .snr_min = dataset.snr_min,
                             .snr_max = dataset.snr_max,
                             .encoding = encoding_of(dataset, targets, prior),
                             .basis = {},
                             .model = {}};
  if (sequence != nullptr) evidence.basis = basis_loss(dataset, targets, *sequence, n_basis_fingerprint, options.threads);
  return evidence;
}

verdict::ModelEvidence model_evidence(const Model& model, const Measurement& measurement, std::vector<double> own) {
  const ModelInfo& info = model.info();
  return {.name = info.name,
          .loss_kind = info.loss_kind,
          .macs_per_voxel = model.program().macs_per_voxel,
          .n_train = info.n_train,
          .n_validation = info.n_validation,
          .trained_snr_min = info.snr_min,
          .trained_snr_max = info.snr_max,
          .evaluation = measurement.evaluation,
          .grids = measurement.grids,
          .nlls = measurement.nlls,
          .own_loss = std::move(own)};
}

std::vector<double> own_loss(const VerdictOptions& verdict, const Model& model, const physics::Dataset& dataset,
                             const Options& options, const std::string& model_path) {
  if (verdict.trained_on.empty()) return {};
  // At the SNRs of the data set: the same voxels as the unseen ones, but for the fingerprints.
  const physics::Dataset own = physics::read_dataset(verdict.trained_on, {dataset.snr_min, dataset.snr_max});
  if (!is_same(physics::identity_of(own.basis), physics::identity_of(dataset.basis)))
    throw base::DisagreementError(verdict.trained_on.front(), "basis " + dataset.basis_sha256 + " as in the data set",
                                  own.basis_sha256);
  return loss_on(model.program(), own, n_own_fingerprint, options, model_path);
}

std::vector<std::string> cautions(const verdict::Evidence& evidence) {
  std::vector<std::string> sentences;
  for (const verdict::Finding& f : verdict_of(evidence, {}).findings) {
    const bool is_of_prior = f.rule == "encoded" || f.rule == "encoded_in_class" || f.rule == "data_share" || f.rule == "guess";
    if (f.state == verdict::State::fail && is_of_prior) sentences.push_back(f.output + ": " + f.sentence);
  }
  return sentences;
}

int give_verdict(const VerdictOptions& options, const verdict::Evidence& evidence, const std::string& command) {
  const verdict::Goals goals = goals_for(options.goals, evidence);
  const verdict::Verdict verdict = verdict_of(evidence, goals);
  base::Json document = json(verdict, evidence, goals);
  document["version"] = cli::version();
  document["command"] = command;
  base::write_text_file(options.encoding.empty() ? options.verdict : options.encoding, document.dump(1) + "\n");
  if (options.encoding.empty()) base::print_lines("\n");
  base::print_lines(words(verdict, evidence));
  return verdict.fit ? base::exit_ok : base::exit_not_fit;
}

}  // namespace crbrt::evaluation
