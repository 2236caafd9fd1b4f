// SPDX-License-Identifier: Apache-2.0
// A goal is missed where the share lies beyond it by more than chance: a verdict must not turn with the draw of fingerprints.
#include <algorithm>

#include "tools/verdict/subject.h"

namespace crbrt::verdict {
namespace {

using base::Json;
using evaluation::Split;

/// The share that lies farthest on one side of its goal, and by how much it does beyond two standard errors.
struct Extreme {
  double share = 0, snr = 0, beyond = -1;
  void consider(double other_share, double other_snr, double other_beyond) {
    if (other_beyond > beyond) *this = {other_share, other_snr, other_beyond};
  }
  std::string in_words() const { return "at " + snr_text(snr) + " " + number(100 * share) + " %"; }
};

}  // namespace

Finding coverage(const Subject& s, const char* rule, std::vector<double> evaluation::Coverage::*member,
                 std::vector<double> evaluation::Coverage::*error, const Range& goal) {
  if (!s.evaluation().has_uncertainty)
    return s.not_measured(rule, "error bars of " + s.q.symbol + ", because the model predicts none");
  double lowest = 1, highest = 0;
  Extreme low, high;
  for (const double snr : {10.0, 20.0, 50.0, 100.0}) {
    const Split* split = s.at(snr);
    if (split == nullptr || snr < s.e.snr_min || snr > s.e.snr_max) continue;
    const double share = (split->coverage.*member)[s.j], chance = 2 * (split->coverage.*error)[s.j];
    low.consider(share, snr, goal.first - share - chance);
    high.consider(share, snr, share - goal.second - chance);
    lowest = std::min(lowest, share);
    highest = std::max(highest, share);
  }
  if (lowest > highest) return s.not_measured(rule, "error bars of " + s.q.symbol + " at SNR 10, 20, 50 or 100 (--snr)");
  const std::string n = std::string(rule) == "within_1_std" ? "one standard deviation" : "two standard deviations";
  const std::string wanted =
      " of true values lie within " + n + " (" + number(100 * goal.first) + " to " + number(100 * goal.second) + " %)";
  const bool is_short = low.beyond > 0, is_long = high.beyond > 0;
  std::string sentence = "Error bars of " + s.q.symbol + " are ";
  if (is_short)
    sentence += "too short: " + low.in_words() + (is_long ? ", and too long: " + high.in_words() : std::string());
  else if (is_long)
    sentence += "too long: " + high.in_words();
  else
    sentence += "honest: " + number(100 * lowest) + " to " + number(100 * highest) + " %";
  return s.finding(judged(!is_short && !is_long), rule, sentence + wanted + ".", Json::array({lowest, highest}),
                   Json::array({goal.first, goal.second}));
}

}  // namespace crbrt::verdict
