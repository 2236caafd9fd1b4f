// SPDX-License-Identifier: Apache-2.0
/// One output of a measured model, and what every rule on it needs.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tools/verdict/evidence.h"
#include "tools/verdict/finding.h"
#include "tools/verdict/goals.h"
#include "tools/verdict/words.h"

namespace crbrt::verdict {

struct Subject {
  const Evidence& e;
  const ModelEvidence& model;
  const evaluation::OutputEncoding& encoding;
  const OutputGoals& goals;
  std::size_t j;
  Shown q;

  const evaluation::Evaluation& evaluation() const { return model.evaluation; }
  double loss() const { return evaluation().loss[j]; }
  std::string range() const { return "from " + snr_text(e.snr_min) + " to " + number(e.snr_max); }
  const evaluation::Split* at(double snr) const {
    const auto& splits = evaluation().splits;
    const auto found = std::find_if(splits.begin(), splits.end(), [&](const evaluation::Split& s) { return s.snr == snr; });
    return found == splits.end() ? nullptr : &*found;
  }
  /// Mean of SNR^2 over the range: what a loss at SNR 1 is there.
  double mean_snr2() const { return (e.snr_min * e.snr_min + e.snr_min * e.snr_max + e.snr_max * e.snr_max) / 3; }

  Finding finding(State state, const char* rule, std::string sentence, base::Json measured = {}, base::Json goal = {}) const {
    return {state, rule, encoding.name, std::move(sentence), std::move(measured), std::move(goal)};
  }
  Finding not_measured(const char* rule, const std::string& what) const {
    return finding(State::not_measured, rule, "not measured: " + what);
  }
};

inline State judged(bool is_reached) { return is_reached ? State::pass : State::fail; }

/// Rules "within_1_std" and "within_2_std": shares of true values within 1 or 2 predicted standard deviations, at the SNRs of
/// the goal that lie in the range.
Finding coverage(const Subject& s, const char* rule, std::vector<double> evaluation::Coverage::*member,
                 std::vector<double> evaluation::Coverage::*error, const Range& goal);

}  // namespace crbrt::verdict
