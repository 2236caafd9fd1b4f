// SPDX-License-Identifier: Apache-2.0
// Rules on what a model does with the data. A loss below 1 is no praise: it may be the prior, so the shares come first, and
// where they fail the loss is told but not praised.
#include <algorithm>
#include <cmath>

#include "physics/estimand.h"
#include "tools/verdict/rules.h"
#include "tools/verdict/subject.h"
#include "tools/verdict/words.h"

namespace crbrt::verdict {
namespace {

using base::Json;
using evaluation::Split;

Finding data_share(const Subject& s) {
  const double share = s.evaluation().detail.data_share[s.j];
  if (std::isnan(share))
    return s.not_measured("data_share", "how much of " + s.q.symbol + " is data, because it does not vary in the data set");
  const bool is_data = share >= s.goals.data_share;
  const double shown_share = std::clamp(share, 0.0, 1.0);
  std::string sentence = "At " + snr_text(s.e.snr) + " the estimate of " + s.q.symbol + " is " + percent(shown_share) +
                         " data and " + percent(1 - shown_share) +
                         " prior (where the truth rises by 1, the mean estimate rises by " + number(share) + ")";
  if (!is_data) sentence += ": its loss of " + number(s.loss()) + " is the prior talking";
  Finding finding = s.finding(judged(is_data), "data_share", sentence + ".", share, s.goals.data_share);
  finding.snr = s.e.snr;
  return finding;
}

Finding guess(const Subject& s) {
  const double guess = s.encoding.guess * s.mean_snr2(), ratio = s.loss() / guess;
  const bool is_better = ratio <= s.goals.loss_over_guess;
  return s.finding(judged(is_better), "guess",
                   std::string(is_better ? "The" : "It hardly uses the data: the") + " loss is " + number(s.loss()) + " " +
                       s.range() + "; a constant guess without any data has " + number(guess) + ".",
                   ratio, s.goals.loss_over_guess);
}

Finding loss(const Subject& s, bool is_prior) {
  const double ideal = ideal_loss(s.e, s.encoding.all), limit = s.goals.loss.value_or(s.goals.loss_over_ideal * ideal);
  const std::string measured = "a squared error of " + number(s.loss()) + " times the bound " + s.range();
  if (is_prior)
    return s.finding(State::note, "loss",
                     "The loss of " + s.q.symbol + ", " + measured + ", is no praise: what is not data costs nothing.",
                     s.loss(), limit);
  return s.finding(judged(s.loss() <= limit), "loss",
                   s.q.symbol + " has " + measured + " (at most " + number(limit) +
                       "; the best that bound and prior allow is about " + number(ideal) + ").",
                   s.loss(), limit);
}

void add_losses_at_snr(const Subject& s, Findings& findings) {
  for (const auto& [snr, limit] : s.goals.loss_at_snr) {
    const Split* split = s.at(snr);
    if (split == nullptr) {
      findings.push_back(s.not_measured("loss_at_snr", "the loss of " + s.q.symbol + " at " + snr_text(snr) + " (--snr)"));
      continue;
    }
    const double loss = split->bias2_over_crb[s.j] + split->var_over_crb[s.j];
    findings.push_back(s.finding(
        judged(loss <= limit), "loss_at_snr",
        "The loss of " + s.q.symbol + " at " + snr_text(snr) + " is " + number(loss) + " (at most " + number(limit) + ").",
        loss, limit));
    findings.back().snr = snr;
  }
}

Finding bias(const Subject& s, bool is_prior) {
  const Split* split = s.at(s.e.snr);
  if (split == nullptr) return s.not_measured("bias", "bias of " + s.q.symbol + " at " + snr_text(s.e.snr) + " (--snr)");
  const double bias2 = split->bias2_over_crb[s.j], variance = split->var_over_crb[s.j], limit = s.goals.bias2_over_crb;
  const bool is_small = bias2 <= limit;
  const std::string numbers = "At " + snr_text(s.e.snr) + " the squared bias of " + s.q.symbol + " is " + number(bias2) +
                              " of the bound (at most " + number(limit) + "), its variance " + number(variance);
  Finding finding = s.finding(is_small && is_prior ? State::note : judged(is_small), "bias",
                              numbers + (is_small ? "." : ": no average over a region removes that bias."), bias2, limit);
  finding.snr = s.e.snr;
  return finding;
}

Finding worst(const Subject& s, bool is_prior) {
  const WorstPart part = worst_part(s.evaluation().detail.parts, [&](const evaluation::Part& p) { return p.loss[s.j]; });
  if (part.parameter == nullptr)
    return s.not_measured("worst_part", "parts of the parameter space: no parameter varies in the data set");
  const Split* split = s.at(s.e.snr);
  const bool is_good = part.value <= s.goals.worst_part_loss;
  std::string sentence = (is_good ? "Hardest for " + s.q.symbol + " is " : s.q.symbol + " fails with ") +
                         part_in_words(*part.parameter, part.index) + ": loss " + number(part.value) + " at " +
                         snr_text(s.e.snr);
  if (split != nullptr) sentence += ", " + number(split->bias2_over_crb[s.j] + split->var_over_crb[s.j]) + " on the whole";
  Finding finding = s.finding(is_good && is_prior ? State::note : judged(is_good), "worst_part",
                              sentence + (is_good ? "." : " (at most " + number(s.goals.worst_part_loss) + ")."), part.value,
                              s.goals.worst_part_loss);
  finding.snr = s.e.snr;
  return finding;
}

/// Within the values that the data set has of every parameter: beyond them no network was trained.
bool is_in_prior(const Evidence& e, const physics::Tissue& tissue) {
  return std::all_of(e.encoding.parts.begin(), e.encoding.parts.end(), [&](const evaluation::PartedParameter& parameter) {
    const double value = physics::Estimand::from_name(parameter.name)->value(tissue, physics::no_signal_norm);
    return value >= parameter.parts.front().low && value <= parameter.parts.back().high;
  });
}

struct GridBias {
  double mean_abs = 0;
  std::size_t n = 0;  ///< points that count
};
GridBias bias_within_prior(const Evidence& e, const evaluation::Grid& grid, const evaluation::GridMaps& maps) {
  GridBias bias;
  double sum = 0;
  for (Eigen::Index iy = 0; iy < maps.bias.rows(); ++iy)
    for (Eigen::Index ix = 0; ix < maps.bias.cols(); ++ix) {
      if (!std::isfinite(maps.bias(iy, ix))) continue;
      if (!is_in_prior(e, grid.tissue(static_cast<std::size_t>(ix), static_cast<std::size_t>(iy)))) continue;
      sum += std::abs(maps.bias(iy, ix));
      ++bias.n;
    }
  bias.mean_abs = bias.n > 0 ? sum / static_cast<double>(bias.n) : 0;
  return bias;
}

void add_grids(const Subject& s, Findings& findings) {
  const double width = s.encoding.all.prior.width;
  for (const evaluation::GridResult& grid : s.model.grids) {
    const GridBias bias = bias_within_prior(s.e, grid.grid, grid.outputs[s.j]);
    const std::string axes = "the grid of " + shown(grid.grid.x.name, grid.grid.x.unit).symbol + " and " +
                             shown(grid.grid.y.name, grid.grid.y.unit).symbol;
    if (bias.n == 0 || !(width > 0)) {
      findings.push_back(s.not_measured("grid", "bias of " + s.q.symbol + " on " + axes + ", which lies outside the prior"));
      continue;
    }
    const double widths = bias.mean_abs / width;
    findings.push_back(s.finding(judged(widths <= s.goals.grid_bias_in_widths), "grid",
                                 "On " + axes + " (" + std::to_string(bias.n) + " points within the prior) " + s.q.symbol +
                                     " is off by " + s.q.value(bias.mean_abs) + " on average, " + number(widths) +
                                     " widths of the prior (at most " + number(s.goals.grid_bias_in_widths) + ").",
                                 widths, s.goals.grid_bias_in_widths));
    findings.back().snr = s.e.snr;
  }
}

void add_least_squares(const Subject& s, Findings& findings) {
  if (!s.model.nlls) return;
  const evaluation::NllsResult& n = *s.model.nlls;
  const double own = n.model.median_loss[s.j], fitted = n.nlls.median_loss[s.j];
  findings.push_back(s.finding(State::note, "least_squares",
                               "On the same " + std::to_string(n.n_fingerprint * n.options.realisations) +
                                   " voxels the median squared error of " + s.q.symbol + " is " + number(own) +
                                   " of the bound, that of least squares " + number(fitted) +
                                   " (an efficient estimate has 0.455).",
                               own / fitted));
  findings.back().snr = n.options.snr;
}

}  // namespace

Findings model_findings(const Evidence& e, const Goals& goals) {
  Findings findings;
  for (std::size_t j = 0; j < e.encoding.outputs.size(); ++j) {
    const evaluation::OutputEncoding& encoding = e.encoding.outputs[j];
    const OutputGoals& own = goals.of(encoding.name);
    const Subject s{e, *e.model, encoding, own, j, shown(encoding.name, encoding.unit)};
    const Finding share = data_share(s), better = guess(s);
    const bool is_prior =
        share.state == State::fail || better.state == State::fail || encoded(encoding, e.snr, own) == Encoded::not_at_all;
    findings.insert(findings.end(), {share, better, loss(s, is_prior)});
    add_losses_at_snr(s, findings);
    findings.push_back(bias(s, is_prior));
    findings.push_back(
        coverage(s, "within_1_std", &evaluation::Coverage::within_1, &evaluation::Coverage::within_1_error, own.within_1_std));
    findings.push_back(
        coverage(s, "within_2_std", &evaluation::Coverage::within_2, &evaluation::Coverage::within_2_error, own.within_2_std));
    findings.push_back(worst(s, is_prior));
    add_grids(s, findings);
    add_least_squares(s, findings);
  }
  return findings;
}

}  // namespace crbrt::verdict
