// SPDX-License-Identifier: Apache-2.0
/// What a model must reach to be called fit: defaults that follow from bound and prior (docs/verdict.md derives them), or a
/// file.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/goal_file.h"
#include "base/json.h"

namespace crbrt::verdict {

using Range = std::pair<double, double>;

/// Of one output. Where a member names no SNR, it holds at the one that the evaluation looks at closely (--detail-snr).
struct OutputGoals {
  OutputGoals();                 // out of line: gcc 12 warns of a temporary of an aggregate that it has not made yet
  double bound_in_widths = 1;    ///< median sqrt(CRB) over the width of the prior, at most: else not encoded
  double data_share = 0.5;       ///< at least
  double loss_over_guess = 0.5;  ///< CRB loss over that of a guess without data, at most
  double loss_over_ideal = 1.5;  ///< CRB loss over what a Gaussian prior and the bound allow, at most
  std::optional<double> loss;    ///< CRB loss over the SNR range, at most; replaces loss_over_ideal
  std::vector<std::pair<double, double>> loss_at_snr;  ///< at most, by SNR
  double bias2_over_crb = 0.5;                         ///< at most
  Range within_1_std{0.65, 0.71};     ///< share of true values, at SNR 10, 20, 50, 100 within the range of the data set
  Range within_2_std{0.93, 0.97};     ///< likewise
  double worst_part_loss = 4;         ///< CRB loss in every fifth of every parameter, at most
  double grid_bias_in_widths = 0.25;  ///< mean |bias| on a grid over the width of the prior, at most
};

struct Goals {
  Goals();
  OutputGoals all;
  std::vector<std::pair<std::string, OutputGoals>> outputs;  ///< by name; others have `all`
  double basis_factor = 1.25;  ///< sqrt(CRB) after over before compression, median; above it the basis is named
  std::string source = "defaults that follow from bound and prior";  ///< for people

  const OutputGoals& of(const std::string& output) const;
  base::Json json() const;
};

/// "verdict" of a file of goals; the defaults where it has none. Throws base::InputError.
Goals read_goals(const base::GoalFile& file, const std::string& path);

}  // namespace crbrt::verdict
