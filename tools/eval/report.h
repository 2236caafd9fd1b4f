// SPDX-License-Identifier: Apache-2.0
/// An evaluation for people (a table) and for programs (JSON; docs/evaluation.md lists the keys).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "tools/evaluation/atypicality.h"
#include "tools/evaluation/evaluate.h"
#include "tools/evaluation/floor.h"
#include "tools/evaluation/grid.h"
#include "tools/evaluation/nlls_check.h"

namespace crbrt::evaluation {

/// Where the numbers come from.
struct Origin {
  std::string model_name, model_sha256, loss_kind;
  std::size_t epochs = 0, n_train = 0;
  std::string sequence_name, sequence_sha256, basis_sha256, dataset_provenance, command;
  std::size_t macs_per_voxel = 0;
  double snr_min = 0, snr_max = 0;                  ///< of the data set
  double trained_snr_min = 0, trained_snr_max = 0;  ///< of the model
};

/// Everything that was measured; what was not asked for, or the model lacks, is absent (null in JSON).
struct Measurement {
  Evaluation evaluation;
  std::optional<AtypicalityResult> atypicality;
  std::vector<GridResult> grids;  ///< empty: none
  std::optional<NllsResult> nlls;
  std::optional<Floor> floor;
  std::vector<std::string> cautions;  ///< sentences that nobody may overlook who reads the loss alone
};

std::string table(const Measurement& measurement, const Options& options, const Origin& origin);
std::string json(const Measurement& measurement, const Options& options, const Origin& origin);

/// JSON that people can read and that stays small: objects one key a line, arrays of numbers on one line, numbers rounded.
std::string compact_dump(const base::Json& document);

/// Six significant digits; null where not finite. For arrays that are drawn, not computed with.
base::Json rounded(double value);

}  // namespace crbrt::evaluation
