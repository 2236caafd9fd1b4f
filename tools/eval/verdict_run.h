// SPDX-License-Identifier: Apache-2.0
/// The options of crbrt-eval that ask for a verdict (crbrt::verdict), and what they do.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "crbrt/loader.hpp"
#include "physics/io/dataset.h"
#include "physics/prior.h"
#include "physics/sequence.h"
#include "tools/cli/command_line.h"
#include "tools/eval/report.h"
#include "tools/verdict/verdict.h"

namespace crbrt::evaluation {

struct VerdictOptions {
  std::string verdict, goals;           ///< files; empty: none
  std::string encoding;                 ///< a file: the pulse train alone is measured, without a model
  std::vector<std::string> outputs;     ///< of `encoding`
  std::vector<std::string> trained_on;  ///< the training set

  bool is_asked() const noexcept { return !verdict.empty() || !encoding.empty(); }
};

void add_verdict_options(cli::Command& app, VerdictOptions& options);
/// Throws base::UsageError. `model` is --model, empty where it is not given.
void check_verdict_options(const VerdictOptions& options, const std::string& model);

/// A closer look at an SNR that the data set does not have would judge a model outside its range: takes the nearest that it
/// has, and makes sure that the split is measured there.
void look_within_range(Options& options, const physics::Dataset& dataset);

/// What every verdict on this data set needs. `sequence` and `prior` may be null.
verdict::Evidence evidence_of(const physics::Dataset& dataset, const Targets& targets, const Options& options,
                              const physics::Sequence* sequence, const physics::Prior* prior);

verdict::ModelEvidence model_evidence(const Model& model, const Measurement& measurement, std::vector<double> own_loss);

/// The loss of the model on --trained-on; empty where that is not given.
std::vector<double> own_loss(const VerdictOptions& verdict, const Model& model, const physics::Dataset& dataset,
                             const Options& options, const std::string& model_path);

/// What nobody may overlook who reads the loss alone: outputs whose estimates are the prior's.
std::vector<std::string> cautions(const verdict::Evidence& evidence);

/// Writes the JSON, prints the words, and returns the exit code: 0 for fit, 9 for what is not.
int give_verdict(const VerdictOptions& options, const verdict::Evidence& evidence, const std::string& command);

}  // namespace crbrt::evaluation
